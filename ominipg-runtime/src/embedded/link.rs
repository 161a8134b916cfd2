//! The loader: places modules in memory and table, and resolves what they import from each other.

use wasmtime::{
    AsContextMut, Caller, Extern, ExternType, FuncType, Global, GlobalType, Instance, Linker, Memory,
    MemoryType, Module, Mutability, Ref, Result, Store, Table, Tag, TagType, Val, ValType, bail, format_err,
};

use super::artefacts::POSTGRES;
use super::host::{Host, Linkage, LoadedModule};
use super::inet;
use super::module::Placement;
use super::wasi::{self, Guest};

/// Where the main module's data begins: page 0 stays unused, so that a null pointer hits nothing.
const MEMORY_BASE: u32 = 4096;
/// Slot 0 stays unused, so that a null function pointer traps.
const TABLE_BASE: u32 = 1;
/// The shadow stack, in bytes; PostgreSQL stops at `max_stack_depth`, 2 MB.
const STACK: u32 = 4 * 1024 * 1024;
const PAGE: u64 = 65536;

/// The tags that exceptions are thrown with.
#[derive(Clone, Copy)]
pub(super) struct Tags {
    long_jump: Tag,
    exception: Tag,
}

/// Instantiates PostgreSQL in `store`.
pub(super) async fn instantiate(store: &mut Store<Host>) -> Result<Instance> {
    let artefacts = store.data().artefacts.clone();
    let (module, placement) = artefacts.module(POSTGRES).expect("the artefacts hold the main module")?;
    let engine = store.engine().clone();

    let stack_low = (MEMORY_BASE + placement.memory_size).next_multiple_of(16);
    let stack_high = stack_low + STACK;
    let pages = u64::from(stack_high).div_ceil(PAGE);
    let memory_type = MemoryType::new(pages as u32, Some(65536));
    let memory = Memory::new_async(&mut *store, memory_type).await?;
    let table_type = module
        .imports()
        .find_map(|import| import.ty().table().cloned())
        .ok_or_else(|| format_err!("the main module imports no table"))?;
    let table = Table::new_async(&mut *store, table_type, Ref::Func(None)).await?;
    table.grow_async(&mut *store, u64::from(TABLE_BASE), Ref::Func(None)).await?;
    let stack_pointer = global(&mut *store, Mutability::Var, stack_high)?;

    let tag = TagType::new(FuncType::new(&engine, [ValType::I32], []));
    let tags = Tags { long_jump: Tag::new(&mut *store, &tag)?, exception: Tag::new(&mut *store, &tag)? };
    store.data_mut().linkage = Some(Linkage {
        memory,
        table,
        stack_pointer,
        main: None,
        modules: Vec::new(),
        slots: Default::default(),
        tags,
    });

    let mut linker = Linker::new(&engine);
    wasi::add_to(&mut linker)?;
    add_dynamic_loading(&mut linker)?;
    let mut imports = Vec::new();
    for import in module.imports() {
        let value: Extern = match (import.module(), import.name()) {
            ("env", "memory") => memory.into(),
            ("env", "__indirect_function_table") => table.into(),
            ("env", "__stack_pointer") => stack_pointer.into(),
            ("env", "__memory_base") => global(&mut *store, Mutability::Const, MEMORY_BASE)?.into(),
            ("env", "__table_base") => global(&mut *store, Mutability::Const, TABLE_BASE)?.into(),
            ("env", "__c_longjmp") => tags.long_jump.into(),
            ("env", "__cpp_exception") => tags.exception.into(),
            ("GOT.mem", "__stack_low") => global(&mut *store, Mutability::Var, stack_low)?.into(),
            ("GOT.mem", "__stack_high") => global(&mut *store, Mutability::Var, stack_high)?.into(),
            // Weak and not there.
            ("GOT.mem" | "GOT.func", _) => global(&mut *store, Mutability::Var, 0)?.into(),
            (space, name) => match linker.get(&mut *store, space, name) {
                Ok(value) => value,
                Err(_) => not_there(store, &import.ty(), space, name)?,
            },
        };
        imports.push(value);
    }
    let instance = Instance::new_async(&mut *store, module, &imports).await?;
    instance
        .get_typed_func::<(), ()>(&mut *store, "__wasm_apply_data_relocs")?
        .call_async(&mut *store, ())
        .await?;
    store.data_mut().linkage.as_mut().expect("set above").main = Some(instance);
    inet::wrap(store)?;
    Ok(instance)
}

/// An import that PostgreSQL never calls when embedded: it answers ENOSYS.
fn not_there(store: &mut Store<Host>, ty: &ExternType, space: &str, name: &str) -> Result<Extern> {
    let ExternType::Func(ty) = ty else {
        bail!("the engine imports {space}.{name}, which this host does not have");
    };
    let name = format!("{space}.{name}");
    let func = wasmtime::Func::new(&mut *store, ty.clone(), move |_, _, results| {
        tracing::debug!(target: "ominipg::engine", "{name} is not supported");
        for result in results {
            *result = Val::I32(i32::from(wasi::ENOSYS));
        }
        Ok(())
    });
    Ok(func.into())
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
                let name = text(&mut caller, path, len);
                match load(&mut caller, &name).await {
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
                let name = text(&mut caller, symbol, len);
                match symbol_address(&mut caller, handle, &name).await {
                    Ok(address) => answer(&mut caller, result, address),
                    Err(error) => refuse(&mut caller, message, room, &error.to_string()),
                }
            })
        },
    )?;
    Ok(())
}

fn text(caller: &mut Caller<'_, Host>, at: u32, len: u32) -> String {
    let memory = caller.data().memory();
    let guest = Guest(memory.data_mut(caller));
    guest.string(at, len).unwrap_or_default().to_owned()
}

fn answer(caller: &mut Caller<'_, Host>, at: u32, value: u32) -> Result<i32> {
    let memory = caller.data().memory();
    match Guest(memory.data_mut(caller)).write_u32(at, value) {
        Ok(()) => Ok(0),
        Err(errno) => Ok(i32::from(errno.0)),
    }
}

/// Writes the message that `dlerror` shows, and answers a failure.
fn refuse(caller: &mut Caller<'_, Host>, at: u32, room: u32, message: &str) -> Result<i32> {
    let memory = caller.data().memory();
    if let Some(room) = (room as usize).checked_sub(1) {
        let end = (0..=message.len().min(room)).rev().find(|&end| message.is_char_boundary(end)).unwrap_or(0);
        let mut bytes = message.as_bytes()[..end].to_vec();
        bytes.push(0);
        // A buffer outside of memory gets no message; the failure itself is still answered.
        let _ = Guest(memory.data_mut(caller)).write(at, &bytes);
    }
    Ok(i32::from(wasi::ENOSYS))
}

fn linkage<'a>(caller: &'a Caller<'_, Host>) -> &'a Linkage {
    caller.data().linkage.as_ref().expect("the guest runs only after it is linked")
}

fn main_instance(caller: &Caller<'_, Host>) -> Instance {
    linkage(caller).main.expect("modules are loaded only after the main one")
}

/// Loads the side module at `path`; the handle of one that is loaded already is given again.
async fn load(caller: &mut Caller<'_, Host>, path: &str) -> Result<u32> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let name = file.strip_suffix(".so").unwrap_or(file).to_owned();
    if let Some(at) = linkage(caller).modules.iter().position(|module| module.name == name) {
        return Ok(at as u32 + 1);
    }
    let artefacts = caller.data().artefacts.clone();
    let library = caller.data().library.clone();
    let (module, placement) = match artefacts.module(&name) {
        Some(module) => module.map(|(module, placement)| (module.clone(), placement))?,
        None => library.module(&artefacts.engine, &name)?,
    };
    let memory_base = place_in_memory(caller, placement).await?;
    let table_base = grow_table(caller, u64::from(placement.table_size), None).await?;

    let mut own = Vec::new();
    let imports = imports(caller, &module, memory_base, table_base, &mut own).await?;
    let instance = Instance::new_async(&mut *caller, &module, &imports).await?;
    for (kind, symbol, got) in own {
        let address = if kind == "GOT.func" {
            slot(caller, instance, &symbol, &format!("{name}:{symbol}")).await?
        } else {
            data_address(&mut *caller, instance, memory_base, &symbol)
        };
        let address = address.ok_or_else(|| format_err!("{file} needs \"{symbol}\", which nothing has"))?;
        got.set(&mut *caller, Val::I32(address as i32))?;
    }
    for start in ["__wasm_apply_data_relocs", "__wasm_call_ctors"] {
        if let Ok(start) = instance.get_typed_func::<(), ()>(&mut *caller, start) {
            start.call_async(&mut *caller, ()).await?;
        }
    }
    let modules = &mut caller.data_mut().linkage.as_mut().expect("linked above").modules;
    modules.push(LoadedModule { name, instance, memory_base });
    Ok(modules.len() as u32)
}

async fn place_in_memory(caller: &mut Caller<'_, Host>, placement: Placement) -> Result<u32> {
    let memory = caller.data().memory();
    let alignment = 1u64 << placement.memory_alignment.min(16);
    let pages = (u64::from(placement.memory_size) + alignment).div_ceil(PAGE);
    let start = memory.grow_async(&mut *caller, pages).await? * PAGE;
    u32::try_from(start.next_multiple_of(alignment)).map_err(|_| format_err!("the engine's memory is full"))
}

async fn grow_table(caller: &mut Caller<'_, Host>, slots: u64, value: Option<wasmtime::Func>) -> Result<u32> {
    let table = linkage(caller).table;
    Ok(table.grow_async(&mut *caller, slots, Ref::Func(value)).await? as u32)
}

/// The imports of a side module; what it may itself define is left open in `own` as (kind, symbol, cell).
async fn imports(
    caller: &mut Caller<'_, Host>,
    module: &Module,
    memory_base: u32,
    table_base: u32,
    own: &mut Vec<(&'static str, String, Global)>,
) -> Result<Vec<Extern>> {
    let main = main_instance(caller);
    let Linkage { memory, table, stack_pointer, tags, .. } = linkage(caller).clone();
    let mut imports = Vec::new();
    for import in module.imports() {
        let name = import.name();
        imports.push(match (import.module(), name) {
            ("env", "memory") => memory.into(),
            ("env", "__indirect_function_table") => table.into(),
            ("env", "__stack_pointer") => stack_pointer.into(),
            ("env", "__memory_base") => global(&mut *caller, Mutability::Const, memory_base)?.into(),
            ("env", "__table_base") => global(&mut *caller, Mutability::Const, table_base)?.into(),
            ("env", "__c_longjmp") => tags.long_jump.into(),
            ("env", "__cpp_exception") => tags.exception.into(),
            ("GOT.func", _) => {
                let address = slot(caller, main, name, name).await?;
                let got = global(&mut *caller, Mutability::Var, address.unwrap_or(0))?;
                if address.is_none() {
                    own.push(("GOT.func", name.to_owned(), got));
                }
                got.into()
            }
            ("GOT.mem", _) => {
                let address = data_address(&mut *caller, main, MEMORY_BASE, name);
                let got = global(&mut *caller, Mutability::Var, address.unwrap_or(0))?;
                if address.is_none() {
                    own.push(("GOT.mem", name.to_owned(), got));
                }
                got.into()
            }
            _ => exported(caller, name).ok_or_else(|| format_err!("nothing has the function \"{name}\""))?,
        });
    }
    Ok(imports)
}

/// What the main module, or else a loaded one, exports under a name.
fn exported(caller: &mut Caller<'_, Host>, name: &str) -> Option<Extern> {
    let Linkage { main, modules, .. } = linkage(caller).clone();
    main.into_iter()
        .chain(modules.into_iter().map(|module| module.instance))
        .find_map(|instance| instance.get_export(&mut *caller, name))
}

/// The table slot of an exported function; `key` remembers it.
async fn slot(
    caller: &mut Caller<'_, Host>,
    instance: Instance,
    symbol: &str,
    key: &str,
) -> Result<Option<u32>> {
    if let Some(&slot) = linkage(caller).slots.get(key) {
        return Ok(Some(slot));
    }
    let Some(func) = instance.get_func(&mut *caller, symbol) else { return Ok(None) };
    let slot = grow_table(caller, 1, Some(func)).await?;
    caller.data_mut().linkage.as_mut().expect("linked above").slots.insert(key.to_owned(), slot);
    Ok(Some(slot))
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

async fn symbol_address(caller: &mut Caller<'_, Host>, handle: u32, symbol: &str) -> Result<u32> {
    let module = (handle as usize).checked_sub(1).and_then(|at| linkage(caller).modules.get(at)).cloned();
    let module = module.ok_or_else(|| format_err!("no module has the handle {handle}"))?;
    let key = format!("{}:{symbol}", module.name);
    if let Some(slot) = slot(caller, module.instance, symbol, &key).await? {
        return Ok(slot);
    }
    data_address(&mut *caller, module.instance, module.memory_base, symbol)
        .ok_or_else(|| format_err!("\"{}\" has no symbol \"{symbol}\"", module.name))
}
