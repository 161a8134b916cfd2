//! The loader: places modules in memory and table, and resolves what they import from each other.

mod side;

use serde::{Deserialize, Serialize};
use wasmtime::{
    AsContext, AsContextMut, Caller, Engine, Extern, ExternType, Func, FuncType, Global, GlobalType,
    Instance, Linker, Memory, MemoryType, Module, Mutability, Ref, Result, Store, Tag, TagType, TypedFunc,
    Val, ValType, WasmParams, WasmResults, bail, format_err,
};

use self::side::{load, load_alone};
use super::artefacts::POSTGRES;
use super::host::{Host, Linkage};
use super::inet;
use super::module::{self, MEMORY_BASE};
use super::wasi::{self, Guest};

const PAGE: u64 = 65536;
/// The most that 32 bits address.
const MOST_PAGES: u32 = 65536;

/// The tags that exceptions are thrown with.
#[derive(Clone, Copy)]
pub(super) struct Tags {
    long_jump: Tag,
    exception: Tag,
}

/// Functions that every engine imports, made once.
pub(super) fn linker(engine: &Engine, main: &Module) -> Result<Linker<Host>> {
    let mut linker = Linker::new(engine);
    wasi::add_to(&mut linker)?;
    add_dynamic_loading(&mut linker)?;
    // What PostgreSQL never calls when embedded answers ENOSYS.
    for import in main.imports() {
        let ExternType::Func(ty) = import.ty() else { continue };
        let (space, name) = (import.module(), import.name());
        let full = format!("{space}.{name}");
        let defined = linker.func_new(space, name, ty, move |_, _, results| {
            tracing::debug!(target: "ominipg::engine", "{full} is not supported");
            not_supported(results)
        });
        // What is there already is one of ours.
        drop(defined);
    }
    Ok(linker)
}

/// Answers ENOSYS.
fn not_supported(results: &mut [Val]) -> Result<()> {
    results.iter_mut().for_each(|result| *result = Val::I32(i32::from(wasi::ENOSYS)));
    Ok(())
}

/// Instantiates PostgreSQL in `store`, with empty memory.
pub(super) async fn instantiate(store: &mut Store<Host>) -> Result<Instance> {
    let artefacts = store.data().artefacts.clone();
    let (_, placement) = artefacts.module(POSTGRES).expect("the artefacts hold the main module")?;
    let (_, stack_high) = module::stack(placement);
    let pages = stack_high.div_ceil(PAGE as u32);
    let memory = Memory::new_async(&mut *store, MemoryType::new(pages, Some(MOST_PAGES))).await?;
    let instance = place_main(store, memory).await?;
    for start in [module::START, "__wasm_apply_data_relocs"] {
        instance.get_typed_func::<(), ()>(&mut *store, start)?.call_async(&mut *store, ()).await?;
    }
    let entries = inet::find(store)?;
    inet::wrap(store, &entries, false)?;
    store.data_mut().linkage.as_mut().expect("placed above").inet = entries;
    Ok(instance)
}

/// The modules of an engine and what was made of their symbols, for it to be linked again on a copy of its memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Links {
    stack_pointer: u32,
    tls_base: u32,
    inet: Vec<(u32, u32)>,
    steps: Vec<Step>,
    table_size: u64,
}

/// One thing that the loader did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Step {
    /// Loaded a side module.
    Load { name: String, memory_base: u32, tls_base: u32 },
    /// Gave a slot of the table to a symbol that a module was asked for.
    Symbol { module: usize, symbol: String },
}

/// What links the engine in `store` again.
pub(super) fn links(store: &mut Store<Host>) -> Result<Links> {
    let linkage = store.data().linkage.clone().ok_or_else(|| format_err!("the engine is not linked"))?;
    let main = linkage.main.ok_or_else(|| format_err!("the engine has no main module"))?;
    let mut steps = linkage.steps.clone();
    for step in &mut steps {
        if let Step::Load { name, tls_base: base, .. } = step
            && let Some(module) = linkage.modules.iter().find(|module| module.name == *name)
        {
            *base = tls_base(&mut *store, module.instance);
        }
    }
    Ok(Links {
        stack_pointer: linkage.stack_pointer.get(&mut *store).i32().unwrap_or_default() as u32,
        tls_base: tls_base(&mut *store, main),
        inet: linkage.inet,
        steps,
        table_size: linkage.table.size(&*store),
    })
}

/// Links PostgreSQL in `store` on a copy of the memory of the engine that `links` are of.
pub(super) async fn restore(store: &mut Store<Host>, memory: Memory, links: &Links) -> Result<Instance> {
    let instance = place_main(store, memory).await?;
    let stack_pointer = linkage_of(store).stack_pointer;
    stack_pointer.set(&mut *store, Val::I32(links.stack_pointer as i32))?;
    init_tls(store, instance, links.tls_base).await?;
    inet::wrap(store, &links.inet, true)?;
    for step in &links.steps {
        match step {
            Step::Load { name, memory_base, tls_base } => {
                let loaded = load_alone(store, name, Some(*memory_base)).await?;
                let module = linkage_of(store).modules[loaded as usize - 1].instance;
                init_tls(store, module, *tls_base).await?;
            }
            Step::Symbol { module, symbol } => {
                let module = linkage_of(store).modules[*module].clone();
                slot(store, module.instance, symbol, &format!("{}:{symbol}", module.name)).await?;
            }
        }
    }
    let table = linkage_of(store).table;
    if table.size(&*store) != links.table_size {
        bail!("the functions of the snapshot are not where they were");
    }
    Ok(instance)
}

/// Gives a module its thread's block. Without it, `errno` has no place.
async fn init_tls(store: &mut Store<Host>, instance: Instance, base: u32) -> Result<()> {
    match instance.get_typed_func::<i32, ()>(&mut *store, "__wasm_init_tls") {
        Ok(init) => init.call_async(&mut *store, base as i32).await,
        Err(_) => Ok(()),
    }
}

fn tls_base(mut store: impl AsContextMut, instance: Instance) -> u32 {
    let global = instance.get_global(&mut store, "__tls_base");
    global.and_then(|global| global.get(&mut store).i32()).unwrap_or_default() as u32
}

/// Instantiates the main module on a memory; runs nothing of it.
async fn place_main(store: &mut Store<Host>, memory: Memory) -> Result<Instance> {
    let artefacts = store.data().artefacts.clone();
    let (module, _) = artefacts.module(POSTGRES).expect("the artefacts hold the main module")?;
    let engine = store.engine().clone();
    let tag = TagType::new(FuncType::new(&engine, [ValType::I32], []));
    let tags = Tags { long_jump: Tag::new(&mut *store, &tag)?, exception: Tag::new(&mut *store, &tag)? };

    let linker = artefacts.linker()?;
    let mut imports = Vec::new();
    for import in module.imports() {
        let value: Extern = match (import.module(), import.name()) {
            ("env", "memory") => memory.into(),
            ("env", "__c_longjmp") => tags.long_jump.into(),
            ("env", "__cpp_exception") => tags.exception.into(),
            (space, name) => linker.get(&mut *store, space, name).map_err(|_| {
                format_err!("the engine imports {space}.{name}, which this host does not have")
            })?,
        };
        imports.push(value);
    }
    let instance = Instance::new_async(&mut *store, module, &imports).await?;
    let lacks = |name| format_err!("the main module has no {name}");
    let table = instance.get_table(&mut *store, module::TABLE).ok_or_else(|| lacks(module::TABLE))?;
    let stack_pointer = instance.get_global(&mut *store, module::STACK_POINTER);
    let stack_pointer = stack_pointer.ok_or_else(|| lacks(module::STACK_POINTER))?;
    store.data_mut().linkage = Some(Linkage {
        memory,
        table,
        stack_pointer,
        main: Some(instance),
        modules: Vec::new(),
        slots: Default::default(),
        tags,
        inet: Vec::new(),
        steps: Vec::new(),
    });
    Ok(instance)
}

fn global(mut store: impl AsContextMut, mutability: Mutability, value: u32) -> Result<Global> {
    Global::new(&mut store, GlobalType::new(ValType::I32, mutability), Val::I32(value as i32))
}

fn add_dynamic_loading(linker: &mut Linker<Host>) -> Result<()> {
    const WASIX: &str = "wasix_32v1";
    linker.func_wrap(WASIX, "dl_invalid_handle", |caller: Caller<'_, Host>, handle: u32| {
        let loaded = caller.data().linkage.as_ref().map_or(0, |linkage| linkage.modules.len());
        if (1..=loaded).contains(&(handle as usize)) { 0i32 } else { 1 }
    })?;
    linker.func_wrap_async(
        WASIX,
        "dlopen",
        |mut caller,
         (path, len, _flags, message, room, _paths, _paths_len, result): (
            u32,
            u32,
            u32,
            u32,
            u32,
            u32,
            u32,
            u32,
        )| {
            Box::new(async move {
                let path = text(&mut caller, path, len);
                match load(&mut caller, module_name(&path)).await {
                    Ok(handle) => answer(&mut caller, result, handle),
                    Err(error) => refuse(&mut caller, message, room, &error.to_string()),
                }
            })
        },
    )?;
    linker.func_wrap_async(
        WASIX,
        "dlsym",
        |mut caller, (handle, symbol, len, message, room, result): (u32, u32, u32, u32, u32, u32)| {
            Box::new(async move {
                let symbol = text(&mut caller, symbol, len);
                match symbol_address(&mut caller, handle, &symbol).await {
                    Ok(address) => answer(&mut caller, result, address),
                    Err(error) => refuse(&mut caller, message, room, &error.to_string()),
                }
            })
        },
    )?;
    Ok(())
}

fn text(caller: &mut Caller<'_, Host>, at: u32, len: u32) -> String {
    Guest::new(caller).string(at, len).unwrap_or_default().to_owned()
}

fn answer(caller: &mut Caller<'_, Host>, at: u32, value: u32) -> Result<i32> {
    match Guest::new(caller).write_u32(at, value) {
        Ok(()) => Ok(0),
        Err(errno) => Ok(i32::from(errno.0)),
    }
}

/// Writes the message that `dlerror` shows, and answers a failure.
fn refuse(caller: &mut Caller<'_, Host>, at: u32, room: u32, message: &str) -> Result<i32> {
    if let Some(room) = (room as usize).checked_sub(1) {
        let end = (0..=message.len().min(room)).rev().find(|&end| message.is_char_boundary(end)).unwrap_or(0);
        let mut bytes = message.as_bytes()[..end].to_vec();
        bytes.push(0);
        // A buffer outside of memory gets no message; the failure itself is still answered.
        let _ = Guest::new(caller).write(at, &bytes);
    }
    Ok(i32::from(wasi::ENOSYS))
}

fn linkage_of(store: &impl AsContext<Data = Host>) -> &Linkage {
    store.as_context().data().linkage.as_ref().expect("the guest runs only after it is linked")
}

fn change_linkage<T>(
    store: &mut impl AsContextMut<Data = Host>,
    change: impl FnOnce(&mut Linkage) -> T,
) -> T {
    let mut store = store.as_context_mut();
    change(store.data_mut().linkage.as_mut().expect("the guest runs only after it is linked"))
}

fn main_instance(store: &impl AsContext<Data = Host>) -> Instance {
    linkage_of(store).main.expect("modules are loaded only after the main one")
}

/// The name of the module in a file.
fn module_name(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".so").unwrap_or(file)
}

/// A function of the main module by its name.
pub(super) fn main_function<P: WasmParams, R: WasmResults>(
    caller: &mut Caller<'_, Host>,
    name: &str,
) -> Result<TypedFunc<P, R>> {
    let main = caller.data().linkage.as_ref().and_then(|linkage| linkage.main);
    let main = main.ok_or_else(|| format_err!("the guest runs only after it is linked"))?;
    main.get_typed_func(caller, name)
}

/// A new slot of the table for a function of the host's, which no snapshot knows of.
pub(super) async fn host_slot(store: &mut Store<Host>, func: Func) -> Result<u32> {
    grow_table(store, 1, Some(func)).await
}

async fn grow_table<S>(store: &mut S, slots: u64, value: Option<Func>) -> Result<u32>
where
    S: AsContextMut<Data = Host> + Send,
{
    let table = linkage_of(store).table;
    Ok(table.grow_async(&mut *store, slots, Ref::Func(value)).await? as u32)
}

/// The table slot of an exported function; `key` remembers it.
async fn slot<S>(store: &mut S, instance: Instance, symbol: &str, key: &str) -> Result<Option<u32>>
where
    S: AsContextMut<Data = Host> + Send,
{
    if let Some(&slot) = linkage_of(store).slots.get(key) {
        return Ok(Some(slot));
    }
    let Some(func) = instance.get_func(&mut *store, symbol) else { return Ok(None) };
    let slot = grow_table(store, 1, Some(func)).await?;
    change_linkage(store, |linkage| linkage.slots.insert(key.to_owned(), slot));
    Ok(Some(slot))
}

/// The address of a variable that the main module exports.
pub(super) fn address(store: &mut Store<Host>, main: Instance, symbol: &str) -> Option<u32> {
    data_address(store, main, MEMORY_BASE, symbol)
}

/// The address of an exported variable: exported globals count from the module's base, `errno` from its thread's block.
fn data_address(
    mut store: impl AsContextMut<Data = Host>,
    instance: Instance,
    memory_base: u32,
    symbol: &str,
) -> Option<u32> {
    let offset = instance.get_global(&mut store, symbol)?.get(&mut store).i32()? as u32;
    let base = match symbol {
        "errno" => instance.get_global(&mut store, "__tls_base")?.get(&mut store).i32()? as u32,
        _ => memory_base,
    };
    Some(base + offset)
}

async fn symbol_address<S>(store: &mut S, handle: u32, symbol: &str) -> Result<u32>
where
    S: AsContextMut<Data = Host> + Send,
{
    let at = (handle as usize).wrapping_sub(1);
    let module = linkage_of(store).modules.get(at).cloned();
    let module = module.ok_or_else(|| format_err!("no module has the handle {handle}"))?;
    let key = format!("{}:{symbol}", module.name);
    if !linkage_of(store).slots.contains_key(&key) && module.instance.get_func(&mut *store, symbol).is_some()
    {
        let step = Step::Symbol { module: at, symbol: symbol.to_owned() };
        change_linkage(store, |linkage| linkage.steps.push(step));
    }
    if let Some(slot) = slot(store, module.instance, symbol, &key).await? {
        return Ok(slot);
    }
    data_address(&mut *store, module.instance, module.memory_base, symbol)
        .ok_or_else(|| format_err!("\"{}\" has no symbol \"{symbol}\"", module.name))
}
