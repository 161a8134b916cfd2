//! Files in memory: a tree of nodes whose contents are shared with images until they are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::image::Image;
use super::{Entry, FileType, Metadata};
use crate::embedded::wasi::errno::{Errno, Result};

/// Contents are shared and copied in pieces of this many bytes.
const CHUNK: usize = 32 * 1024;

/// A file's most bytes: far more than PostgreSQL's gigabyte, and little enough for the list of chunks to be held.
const LONGEST: u64 = 64 << 30;

pub(in crate::embedded) type NodeId = usize;

/// A tree of files in memory.
#[derive(Clone)]
pub(in crate::embedded) struct MemoryFiles {
    images: Vec<Arc<Image>>,
    /// Shared with other trees until they are changed.
    nodes: Vec<Option<Arc<Node>>>,
    free: Vec<NodeId>,
    /// The last inode that was given to what no image has.
    made: u64,
}

#[derive(Clone)]
struct Node {
    content: Content,
    /// Names that lead here, plus one for each open descriptor.
    uses: u32,
    inode: u64,
}

const ROOT_INODE: u64 = 1;

/// The inode of an image's file. PostgreSQL tells loaded modules apart by these, so that they must be the same in every tree
/// that a started engine is copied to: they come from the path (FNV-1a), apart from those that are counted.
fn inode_of(path: &str) -> u64 {
    let hash = path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash | 1 << 63
}

#[derive(Clone)]
enum Content {
    Directory(BTreeMap<Box<str>, NodeId>),
    File(Data),
}

#[derive(Clone, Default)]
struct Data {
    len: u64,
    /// Which image holds the first bytes, and where, for chunks that are `Image`.
    image: usize,
    image_start: usize,
    image_len: usize,
    chunks: Vec<Chunk>,
}

#[derive(Clone)]
enum Chunk {
    /// Zeros.
    Hole,
    /// As in the image.
    Image,
    Own(Arc<Vec<u8>>),
}

const ROOT: NodeId = 0;

impl MemoryFiles {
    /// A tree that holds the files of `image`.
    pub(in crate::embedded) fn new(image: Arc<Image>) -> Self {
        let root = Node { content: Content::Directory(BTreeMap::new()), uses: 1, inode: ROOT_INODE };
        let mut files = Self {
            images: Vec::new(),
            nodes: vec![Some(Arc::new(root))],
            free: Vec::new(),
            made: ROOT_INODE,
        };
        files.add(image);
        files
    }

    /// Adds the files of `image`; they take the place of files that have their names.
    pub(in crate::embedded) fn add(&mut self, image: Arc<Image>) {
        for file in image.entries() {
            let path: Vec<&str> = file.path.split('/').collect();
            let (name, parents) = path.split_last().expect("an image path has at least one part");
            let mut parent = ROOT;
            for part in parents {
                parent = self.directory_or_new(parent, part);
            }
            match file.kind {
                FileType::Directory => {
                    self.directory_or_new(parent, name);
                }
                _ => {
                    let data = Data {
                        len: file.len as u64,
                        image: self.images.len(),
                        image_start: file.start,
                        image_len: file.len,
                        chunks: vec![Chunk::Image; file.len.div_ceil(CHUNK)],
                    };
                    let id = self.insert(Content::File(data), Some(&file.path));
                    if let Some(replaced) = self.directory_mut(parent).insert((*name).into(), id) {
                        self.close(replaced);
                    }
                }
            }
        }
        self.images.push(image);
    }

    fn directory_or_new(&mut self, parent: NodeId, name: &str) -> NodeId {
        if let Some(&id) = self.directory_mut(parent).get(name) {
            return id;
        }
        let id = self.insert(Content::Directory(BTreeMap::new()), None);
        self.directory_mut(parent).insert(name.into(), id);
        id
    }

    /// Adds a node; a file of an image is known by its path there.
    fn insert(&mut self, content: Content, path: Option<&str>) -> NodeId {
        let inode = path.map_or_else(
            || {
                self.made += 1;
                self.made
            },
            inode_of,
        );
        let node = Some(Arc::new(Node { content, uses: 1, inode }));
        match self.free.pop() {
            Some(id) => {
                self.nodes[id] = node;
                id
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() - 1
            }
        }
    }

    fn node(&self, id: NodeId) -> &Node {
        self.nodes[id].as_ref().expect("a node in use is never freed")
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        Arc::make_mut(self.nodes[id].as_mut().expect("a node in use is never freed"))
    }

    fn directory_mut(&mut self, id: NodeId) -> &mut BTreeMap<Box<str>, NodeId> {
        match &mut self.node_mut(id).content {
            Content::Directory(entries) => entries,
            Content::File(_) => panic!("a parent is always a directory"),
        }
    }

    fn data(&self, id: NodeId) -> Result<&Data> {
        match &self.node(id).content {
            Content::File(data) => Ok(data),
            Content::Directory(_) => Err(Errno::ISDIR),
        }
    }

    fn data_mut(&mut self, id: NodeId) -> Result<&mut Data> {
        match &mut self.node_mut(id).content {
            Content::File(data) => Ok(data),
            Content::Directory(_) => Err(Errno::ISDIR),
        }
    }

    fn lookup(&self, path: &str) -> Result<NodeId> {
        let mut id = ROOT;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            match &self.node(id).content {
                Content::Directory(entries) => id = *entries.get(part).ok_or(Errno::NOENT)?,
                Content::File(_) => return Err(Errno::NOTDIR),
            }
        }
        Ok(id)
    }

    fn parent<'a>(&self, path: &'a str) -> Result<(NodeId, &'a str)> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.is_empty() {
            return Err(Errno::INVAL);
        }
        let id = self.lookup(parent)?;
        match self.node(id).content {
            Content::Directory(_) => Ok((id, name)),
            Content::File(_) => Err(Errno::NOTDIR),
        }
    }

    /// Opens a file or directory for a descriptor; `close` gives it back.
    pub(in crate::embedded) fn open(&mut self, path: &str) -> Result<(NodeId, FileType)> {
        let id = self.lookup(path)?;
        self.node_mut(id).uses += 1;
        Ok((id, self.kind(id)))
    }

    /// Creates an empty file and opens it.
    pub(in crate::embedded) fn create(&mut self, path: &str) -> Result<NodeId> {
        let (parent, name) = self.parent(path)?;
        let id = self.insert(Content::File(Data::default()), None);
        self.node_mut(id).uses = 2;
        self.directory_mut(parent).insert(name.into(), id);
        Ok(id)
    }

    /// Gives back one use; a node that nothing uses is gone with its contents.
    pub(in crate::embedded) fn close(&mut self, id: NodeId) {
        let node = self.node_mut(id);
        node.uses -= 1;
        if node.uses == 0 {
            self.nodes[id] = None;
            self.free.push(id);
        }
    }

    fn kind(&self, id: NodeId) -> FileType {
        match self.node(id).content {
            Content::Directory(_) => FileType::Directory,
            Content::File(_) => FileType::File,
        }
    }

    /// Kind and size of an open node.
    pub(in crate::embedded) fn metadata(&self, id: NodeId) -> Metadata {
        let size = self.data(id).map_or(0, |data| data.len);
        Metadata { kind: self.kind(id), size, id: self.node(id).inode }
    }

    pub(in crate::embedded) fn stat(&self, path: &str) -> Result<Metadata> {
        Ok(self.metadata(self.lookup(path)?))
    }

    pub(in crate::embedded) fn create_directory(&mut self, path: &str) -> Result<()> {
        let (parent, name) = self.parent(path)?;
        if self.directory_mut(parent).contains_key(name) {
            return Err(Errno::EXIST);
        }
        self.directory_or_new(parent, name);
        Ok(())
    }

    pub(in crate::embedded) fn remove_directory(&mut self, path: &str) -> Result<()> {
        let (parent, name) = self.parent(path)?;
        let id = self.lookup(path)?;
        match &self.node(id).content {
            Content::File(_) => return Err(Errno::NOTDIR),
            Content::Directory(entries) if !entries.is_empty() => return Err(Errno::NOTEMPTY),
            Content::Directory(_) => {}
        }
        self.directory_mut(parent).remove(name);
        self.close(id);
        Ok(())
    }

    /// Removes what is below a directory.
    pub(in crate::embedded) fn clear_directory(&mut self, path: &str) -> Result<()> {
        for entry in self.list(path)? {
            let path = format!("{path}/{}", entry.name);
            if entry.kind == FileType::Directory {
                self.clear_directory(&path)?;
                self.remove_directory(&path)?;
            } else {
                self.remove_file(&path)?;
            }
        }
        Ok(())
    }

    pub(in crate::embedded) fn remove_file(&mut self, path: &str) -> Result<()> {
        let (parent, name) = self.parent(path)?;
        let id = self.lookup(path)?;
        if self.kind(id) == FileType::Directory {
            return Err(Errno::ISDIR);
        }
        self.directory_mut(parent).remove(name);
        self.close(id);
        Ok(())
    }

    /// Renames; a file that has the new name is replaced.
    pub(in crate::embedded) fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let (from_parent, from_name) = self.parent(from)?;
        let (to_parent, to_name) = self.parent(to)?;
        let id = self.lookup(from)?;
        // A directory below itself would be out of reach.
        if to.strip_prefix(from).is_some_and(|rest| rest.starts_with('/')) {
            return Err(Errno::INVAL);
        }
        if from.strip_prefix(to).is_some_and(|rest| rest.starts_with('/')) {
            return Err(Errno::NOTEMPTY);
        }
        let replaced = match self.lookup(to) {
            Ok(same) if same == id => return Ok(()),
            Ok(other) => match (&self.node(id).content, &self.node(other).content) {
                (Content::File(_), Content::Directory(_)) => return Err(Errno::ISDIR),
                (Content::Directory(_), Content::File(_)) => return Err(Errno::NOTDIR),
                (_, Content::Directory(entries)) if !entries.is_empty() => return Err(Errno::NOTEMPTY),
                _ => Some(other),
            },
            Err(_) => None,
        };
        self.directory_mut(from_parent).remove(from_name);
        self.directory_mut(to_parent).insert(to_name.into(), id);
        if let Some(other) = replaced {
            self.close(other);
        }
        Ok(())
    }

    pub(in crate::embedded) fn list(&self, path: &str) -> Result<Vec<Entry>> {
        match &self.node(self.lookup(path)?).content {
            Content::Directory(entries) => Ok(entries
                .iter()
                .map(|(name, &id)| Entry { name: name.to_string(), kind: self.kind(id) })
                .collect()),
            Content::File(_) => Err(Errno::NOTDIR),
        }
    }

    /// Reads at `offset`; fewer bytes than asked for only at the end of the file.
    pub(in crate::embedded) fn read_at(&self, id: NodeId, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let data = self.data(id)?;
        if offset >= data.len {
            return Ok(0);
        }
        let total = buffer.len().min((data.len - offset) as usize);
        let (mut done, mut at) = (0, offset as usize);
        while done < total {
            let (index, within) = (at / CHUNK, at % CHUNK);
            let n = (CHUNK - within).min(total - done);
            let target = &mut buffer[done..done + n];
            match &data.chunks[index] {
                Chunk::Hole => target.fill(0),
                Chunk::Own(bytes) => target.copy_from_slice(&bytes[within..within + n]),
                Chunk::Image => data.image_chunk(&self.images[data.image], index, within, target),
            }
            done += n;
            at += n;
        }
        Ok(total)
    }

    /// Writes at `offset`; a gap before it reads as zeros.
    pub(in crate::embedded) fn write_at(&mut self, id: NodeId, offset: u64, bytes: &[u8]) -> Result<usize> {
        let image = Arc::clone(&self.images[self.data(id)?.image]);
        let data = self.data_mut(id)?;
        // Nothing, written behind the end, moves it nowhere.
        if bytes.is_empty() {
            return Ok(0);
        }
        let end = offset.checked_add(bytes.len() as u64).filter(|&end| end <= LONGEST).ok_or(Errno::FBIG)?;
        if end > data.len {
            data.resize(end);
        }
        let (mut done, mut at) = (0, offset as usize);
        while done < bytes.len() {
            let (index, within) = (at / CHUNK, at % CHUNK);
            let n = (CHUNK - within).min(bytes.len() - done);
            data.own(&image, index)[within..within + n].copy_from_slice(&bytes[done..done + n]);
            done += n;
            at += n;
        }
        Ok(bytes.len())
    }

    /// Cuts the file or extends it with zeros.
    pub(in crate::embedded) fn set_len(&mut self, id: NodeId, len: u64) -> Result<()> {
        if len > LONGEST {
            return Err(Errno::FBIG);
        }
        let image = Arc::clone(&self.images[self.data(id)?.image]);
        let data = self.data_mut(id)?;
        if len < data.len && !len.is_multiple_of(CHUNK as u64) {
            // The tail of the last chunk must read as zeros when the file grows again.
            data.own(&image, len as usize / CHUNK)[len as usize % CHUNK..].fill(0);
        }
        data.resize(len);
        Ok(())
    }
}

impl Data {
    fn resize(&mut self, len: u64) {
        self.len = len;
        self.chunks.resize((len as usize).div_ceil(CHUNK), Chunk::Hole);
    }

    /// Copies from the image; what lies behind the image's end is zeros.
    fn image_chunk(&self, image: &Image, index: usize, within: usize, target: &mut [u8]) {
        let start = (index * CHUNK + within).min(self.image_len);
        let n = target.len().min(self.image_len - start);
        target[..n].copy_from_slice(image.bytes(self.image_start + start, n));
        target[n..].fill(0);
    }

    fn own(&mut self, image: &Image, index: usize) -> &mut [u8] {
        if !matches!(self.chunks[index], Chunk::Own(_)) {
            let mut bytes = vec![0; CHUNK];
            if matches!(self.chunks[index], Chunk::Image) {
                self.image_chunk(image, index, 0, &mut bytes);
            }
            self.chunks[index] = Chunk::Own(Arc::new(bytes));
        }
        match &mut self.chunks[index] {
            Chunk::Own(bytes) => Arc::make_mut(bytes).as_mut_slice(),
            _ => unreachable!("the chunk was made ours above"),
        }
    }
}
