use std::path::PathBuf;
use std::sync::Arc;

use super::image::Image;
use super::memory::MemoryFiles;
use super::{FileType, Handle, OpenFlags, Tree};
use crate::embedded::wasi::errno::Errno;

const CREATE: OpenFlags = OpenFlags { create: true, exclusive: false, truncate: false, directory: false };

fn image(files: &[(&str, &[u8])]) -> Arc<Image> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, path, *bytes).expect("memory takes it");
    }
    let bytes = builder.into_inner().expect("memory takes it");
    Arc::new(Image::from_tar(bytes).expect("it is a tar archive"))
}

/// The same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

#[test]
fn a_file_behaves_like_a_vector_and_its_image_stays_as_it_was() {
    let mut numbers = Numbers(0x5eed);
    let original: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
    let image = image(&[("f", &original)]);
    let mut files = MemoryFiles::new(Arc::clone(&image));
    let (id, _) = files.open("f").expect("it is there");
    let mut model = original.clone();
    for step in 0..3_000 {
        let at = numbers.below(200_000);
        match numbers.below(8) {
            0 => {
                files.set_len(id, at).expect("it is resized");
                model.resize(at as usize, 0);
            }
            1..4 => {
                let bytes: Vec<u8> = (0..numbers.below(70_000)).map(|_| numbers.below(256) as u8).collect();
                assert_eq!(files.write_at(id, at, &bytes), Ok(bytes.len()));
                let end = at as usize + bytes.len();
                if !bytes.is_empty() && model.len() < end {
                    model.resize(end, 0);
                }
                if !bytes.is_empty() {
                    model[at as usize..end].copy_from_slice(&bytes);
                }
            }
            _ => {
                let mut buffer = vec![0xaa; numbers.below(70_000) as usize];
                let n = files.read_at(id, at, &mut buffer).expect("it is read");
                let start = (at as usize).min(model.len());
                let expected = &model[start..model.len().min(start + buffer.len())];
                assert!(buffer[..n] == *expected, "step {step}, at {at}");
            }
        }
        assert_eq!(files.metadata(id).size, model.len() as u64, "step {step}");
    }
    assert!(image.file("f") == Some(&original[..]));
    let mut other = MemoryFiles::new(image);
    let (id, _) = other.open("f").expect("another database has it too");
    let mut bytes = vec![0; original.len()];
    assert_eq!(other.read_at(id, 0, &mut bytes), Ok(original.len()));
    assert!(bytes == original);
}

#[test]
fn images_are_added_to_a_tree_in_use_and_shared() {
    let base = image(&[("share/a", b"a"), ("share/b", b"b")]);
    let more = image(&[("share/b", b"bb"), ("share/more/c", b"c")]);
    let mut files = MemoryFiles::new(Arc::clone(&base));
    let (a, _) = files.open("share/a").expect("it is there");
    let (old, _) = files.open("share/b").expect("it is there");
    files.add(Arc::clone(&more));
    let contents = |files: &mut MemoryFiles, id| {
        let mut bytes = vec![0; files.metadata(id).size as usize];
        files.read_at(id, 0, &mut bytes).expect("it is read");
        bytes
    };
    assert_eq!(contents(&mut files, a), b"a");
    assert_eq!(contents(&mut files, old), b"b", "who has it open keeps it");
    for (path, expected) in [("share/b", &b"bb"[..]), ("share/more/c", b"c")] {
        let (id, _) = files.open(path).expect("it is there");
        assert_eq!(contents(&mut files, id), expected);
        files.write_at(id, 0, b"!").expect("it is written");
        assert_eq!(contents(&mut files, id)[0], b'!');
    }
    assert_eq!(more.file("share/b"), Some(&b"bb"[..]));
    assert_eq!(Arc::strong_count(&more), 2);
}

#[test]
fn an_unlinked_file_lives_while_it_is_open() {
    let mut files = MemoryFiles::new(image(&[("d/f", b"old")]));
    let (id, kind) = files.open("d/f").expect("it is there");
    assert_eq!(kind, FileType::File);
    files.remove_file("d/f").expect("it is removed");
    assert_eq!(files.stat("d/f").err(), Some(Errno::NOENT));
    files.write_at(id, 0, b"new").expect("it is written");
    let other = files.create("d/f").expect("the name is free");
    assert_ne!(id, other);
    let mut buffer = [0; 3];
    files.read_at(id, 0, &mut buffer).expect("it is read");
    assert_eq!(&buffer, b"new");
    assert_eq!(files.metadata(other).size, 0);
    files.close(id);
    assert_eq!(files.metadata(other).size, 0);
}

#[test]
fn renaming_replaces_files_and_empty_directories_only() {
    let mut files = MemoryFiles::new(image(&[("a", b"a"), ("b", b"bb"), ("d/x", b""), ("e/y", b"")]));
    files.rename("a", "b").expect("it replaces");
    assert_eq!(files.stat("b").map(|metadata| metadata.size), Ok(1));
    assert_eq!(files.stat("a").err(), Some(Errno::NOENT));
    assert_eq!(files.rename("d", "e"), Err(Errno::NOTEMPTY));
    assert_eq!(files.rename("b", "d"), Err(Errno::ISDIR));
    assert_eq!(files.rename("d", "b"), Err(Errno::NOTDIR));
    files.remove_file("e/y").expect("it is removed");
    files.rename("d", "e").expect("it replaces an empty one");
    assert!(files.stat("e/x").is_ok());
    assert_eq!(files.remove_directory("e"), Err(Errno::NOTEMPTY));
}

#[test]
fn opening_keeps_to_its_flags() {
    let mut tree = Tree::new(MemoryFiles::new(image(&[("f", b"text"), ("d/x", b"")])), None);
    assert_eq!(tree.open("none", OpenFlags::default()).err(), Some(Errno::NOENT));
    assert_eq!(tree.open("f", OpenFlags { exclusive: true, ..CREATE }).err(), Some(Errno::EXIST));
    assert_eq!(
        tree.open("f", OpenFlags { directory: true, ..OpenFlags::default() }).err(),
        Some(Errno::NOTDIR)
    );
    assert!(matches!(tree.open("d", OpenFlags::default()), Ok(Handle::Directory)));
    assert!(matches!(tree.open("dev/null", OpenFlags::default()), Ok(Handle::Null)));
    let cut = tree.open("f", OpenFlags { truncate: true, ..OpenFlags::default() }).expect("it opens");
    assert_eq!(tree.metadata(&cut, "f").map(|metadata| metadata.size), Ok(0));
    tree.close(cut);
    assert_eq!(tree.open("d/x/y", CREATE).err(), Some(Errno::NOTDIR));
}

/// A folder of the host with a folder `inside`, which a tree has as `data`.
struct HostFolder(PathBuf);

impl HostFolder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ominipg-files-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("inside")).expect("it is created");
        std::fs::write(path.join("secret"), "s").expect("it is written");
        Self(path)
    }

    fn inside(&self, name: &str) -> PathBuf {
        self.0.join("inside").join(name)
    }

    fn tree(&self) -> Tree {
        let dir = cap_std::fs::Dir::open_ambient_dir(self.inside(""), cap_std::ambient_authority());
        let host = super::host::HostFiles::new(dir.expect("it opens"));
        Tree::new(MemoryFiles::new(image(&[])), Some(host))
    }
}

impl Drop for HostFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_host_folder_cannot_be_left() {
    let folder = HostFolder::new("left");
    let mut tree = folder.tree();
    let file = tree.open("data/new", CREATE).expect("it is created");
    assert_eq!(tree.write_at(&file, 2, b"x"), Ok(1));
    assert_eq!(tree.metadata(&file, "data/new").map(|metadata| metadata.size), Ok(3));
    assert_eq!(std::fs::read(folder.inside("new")).expect("it is there"), b"\0\0x");
    assert!(tree.open("data/../secret", OpenFlags::default()).is_err());
    assert_eq!(tree.rename("data/new", "elsewhere"), Err(Errno::XDEV));
}

#[cfg(unix)]
#[test]
fn links_are_refused_wherever_they_lead() {
    use std::os::unix::fs::symlink;
    let folder = HostFolder::new("links");
    std::fs::write(folder.inside("file"), "f").expect("it is written");
    for (name, target) in
        [("out", "../secret"), ("away", "/etc"), ("up", ".."), ("in", "file"), ("gone", "none")]
    {
        symlink(target, folder.inside(name)).expect("it is linked");
        let (path, mut tree) = (format!("data/{name}"), folder.tree());
        for flags in [OpenFlags::default(), CREATE, OpenFlags { truncate: true, ..CREATE }] {
            assert_eq!(tree.open(&path, flags).err(), Some(Errno::LOOP), "{name}");
        }
        assert_eq!(tree.stat(&path).err(), Some(Errno::LOOP), "{name}");
    }
    let mut tree = folder.tree();
    for path in ["data/up/secret", "data/away/passwd"] {
        assert!(tree.open(path, OpenFlags::default()).is_err() && tree.open(path, CREATE).is_err(), "{path}");
        assert!(tree.remove_file(path).is_err() && tree.rename("data/file", path).is_err(), "{path}");
    }
    // What is a link is removed itself, and what is renamed to its name takes its place.
    tree.remove_file("data/away").expect("it is removed");
    tree.rename("data/file", "data/out").expect("it is replaced");
    assert_eq!(std::fs::read(folder.0.join("secret")).expect("it is there"), b"s");
    assert_eq!(std::fs::read(folder.inside("out")).expect("it is there"), b"f");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_only_be_read_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = HostFolder::new("read");
    let path = folder.inside("f");
    std::fs::write(&path, "text").expect("it is written");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).expect("it is ours");
    let mut tree = folder.tree();
    let file = tree.open("data/f", OpenFlags::default()).expect("it may be read");
    let mut buffer = [0; 4];
    assert_eq!((tree.read_at(&file, 0, &mut buffer), &buffer), (Ok(4), b"text"));
    tree.sync(&file, "data/f", false).expect("that writes nothing");
    // Root may do everything.
    if std::fs::File::options().write(true).open(&path).is_err() {
        assert!(tree.write_at(&file, 0, b"x").is_err());
        assert_eq!(tree.open("data/f", OpenFlags { truncate: true, ..CREATE }).err(), Some(Errno::ACCES));
    }
}
