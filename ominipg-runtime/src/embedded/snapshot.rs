//! A started, idle engine as it is kept: new databases in memory are copies of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasm_encoder::{ConstExpr, DataSection, ExportKind, ExportSection, MemorySection, MemoryType, Module};
use wasmtime::{Engine, Memory, Store};

use super::host::Host;
use super::identity::Identity;
use super::link::Links;
use super::wasi::SavedDescriptors;
use crate::error::{Error, ErrorKind};

/// What is compared with zeros, and kept, at once.
const PAGE: usize = 4096;
/// A page of WebAssembly.
const WASM_PAGE: usize = 65536;
/// The name of the memory that the module of a snapshot exports.
const MEMORY: &str = "memory";

/// All of an engine but its memory and files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub(super) links: Links,
    pub(super) descriptors: SavedDescriptors,
    /// The working directory.
    pub(super) directory: String,
    /// What the monotonic clock showed.
    pub(super) clock: Duration,
    /// What a new session hears first: parameters of the server.
    pub(super) greeting: Vec<u8>,
    pub(super) identity: Identity,
}

/// A memory as a module: its data are the pages that hold something, and wasmtime maps them copy-on-write.
pub(super) fn memory_module(memory: &[u8]) -> Vec<u8> {
    let mut data = DataSection::new();
    let mut start = 0;
    while start < memory.len() {
        let page = &memory[start..(start + PAGE).min(memory.len())];
        if is_zero(page) {
            start += PAGE;
            continue;
        }
        let mut end = start + page.len();
        while end < memory.len() && !is_zero(&memory[end..(end + PAGE).min(memory.len())]) {
            end = (end + PAGE).min(memory.len());
        }
        data.active(0, &ConstExpr::i32_const(start as i32), memory[start..end].iter().copied());
        start = end;
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: (memory.len() / WASM_PAGE) as u64,
        maximum: Some(1 << 16),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export(MEMORY, ExportKind::Memory, 0);
    let mut module = Module::new();
    module.section(&memories).section(&exports).section(&data);
    module.finish()
}

fn is_zero(page: &[u8]) -> bool {
    page.iter().all(|&byte| byte == 0)
}

/// A copy of the memory in `module`, mapped into `store`.
pub(super) async fn map(store: &mut Store<Host>, module: &wasmtime::Module) -> wasmtime::Result<Memory> {
    let instance = wasmtime::Instance::new_async(&mut *store, module, &[]).await?;
    instance
        .get_memory(&mut *store, MEMORY)
        .ok_or_else(|| wasmtime::format_err!("the snapshot has no memory"))
}

/// Compiles the module of a memory.
pub(super) fn compile(engine: &Engine, memory: &[u8]) -> Result<wasmtime::Module, Error> {
    wasmtime::Module::new(engine, memory_module(memory)).map_err(|error| {
        Error::new(ErrorKind::Engine, format!("the started engine cannot be kept: {error:#}"))
    })
}
