//! Side modules: extensions and what they need.

use wasmtime::{
    AsContextMut, Extern, ExternType, Func, Global, Instance, Module, Mutability, Result, Val, bail,
    format_err,
};

use super::{
    PAGE, Step, change_linkage, data_address, global, grow_table, linkage_of, main_instance, not_supported,
    slot,
};
use crate::embedded::artefacts::POSTGRES;
use crate::embedded::extensions;
use crate::embedded::host::{Host, Linkage, LoadedModule};
use crate::embedded::module::{self, MEMORY_BASE, Placement};

/// Loads a side module and those that it needs; the handle of one that is loaded already is given again.
pub(super) async fn load<S>(store: &mut S, name: &str) -> Result<u32>
where
    S: AsContextMut<Data = Host> + Send,
{
    for needed in extensions::needed_by(name) {
        load_alone(store, needed, None).await?;
    }
    load_alone(store, name, None).await
}

/// Loads a side module. Where a copy of the memory has its data already, `data` says where.
pub(super) async fn load_alone<S>(store: &mut S, name: &str, data: Option<u32>) -> Result<u32>
where
    S: AsContextMut<Data = Host> + Send,
{
    if let Some(at) = linkage_of(store).modules.iter().position(|module| module.name == name) {
        return Ok(at as u32 + 1);
    }
    let artefacts = store.as_context().data().artefacts.clone();
    let library = store.as_context().data().library.clone();
    let (module, placement) = match artefacts.module(name) {
        Some(module) => module.map(|(module, placement)| (module.clone(), placement))?,
        None => library.module(&artefacts.engine, name)?,
    };
    let memory_base = match data {
        Some(base) => base,
        None => place_in_memory(store, placement).await?,
    };
    let table_base = grow_table(store, u64::from(placement.table_size), None).await?;

    let mut own = Vec::new();
    let imports = imports(store, &module, memory_base, table_base, &mut own).await?;
    let instance = Instance::new_async(&mut *store, &module, &imports).await?;
    for (kind, symbol, got) in own {
        let address = if kind == "GOT.func" {
            slot(store, instance, &symbol, &format!("{name}:{symbol}")).await?
        } else {
            data_address(&mut *store, instance, memory_base, &symbol)
        };
        let address = address.ok_or_else(|| format_err!("{name} needs \"{symbol}\", which nothing has"))?;
        got.set(&mut *store, Val::I32(address as i32))?;
    }
    let starts: &[&str] =
        if data.is_some() { &[] } else { &[module::START, "__wasm_apply_data_relocs", "__wasm_call_ctors"] };
    for start in starts {
        if let Ok(start) = instance.get_typed_func::<(), ()>(&mut *store, start) {
            start.call_async(&mut *store, ()).await?;
        }
    }
    Ok(change_linkage(store, |linkage| {
        linkage.steps.push(Step::Load { name: name.to_owned(), memory_base, tls_base: 0 });
        linkage.modules.push(LoadedModule { name: name.to_owned(), instance, memory_base });
        linkage.modules.len() as u32
    }))
}

async fn place_in_memory<S>(store: &mut S, placement: Placement) -> Result<u32>
where
    S: AsContextMut<Data = Host> + Send,
{
    let memory = linkage_of(store).memory;
    let alignment = 1u64 << placement.memory_alignment.min(16);
    let pages = (u64::from(placement.memory_size) + alignment).div_ceil(PAGE);
    let start = memory.grow_async(&mut *store, pages).await? * PAGE;
    u32::try_from(start.next_multiple_of(alignment)).map_err(|_| format_err!("the engine's memory is full"))
}

/// The imports of a side module; what it may itself define is left open in `own` as (kind, symbol, cell).
async fn imports<S>(
    store: &mut S,
    module: &Module,
    memory_base: u32,
    table_base: u32,
    own: &mut Vec<(&'static str, String, Global)>,
) -> Result<Vec<Extern>>
where
    S: AsContextMut<Data = Host> + Send,
{
    let main = main_instance(store);
    let Linkage { memory, table, stack_pointer, tags, modules, .. } = linkage_of(store).clone();
    let artefacts = store.as_context().data().artefacts.clone();
    let linker = artefacts.linker()?;
    let (_, placement) = artefacts.module(POSTGRES).expect("the artefacts hold the main module")?;
    let (stack_low, stack_high) = module::stack(placement);
    let mut imports = Vec::new();
    for import in module.imports() {
        let name = import.name();
        // What a module has itself is not looked for in the others, whose functions may have the same names.
        let is_own = module.get_export(name).is_some();
        let others = if is_own { &[][..] } else { &modules };
        imports.push(match (import.module(), name) {
            ("env", "memory") => memory.into(),
            ("env", "__indirect_function_table") => table.into(),
            ("env", "__stack_pointer") => stack_pointer.into(),
            ("env", "__memory_base") => global(&mut *store, Mutability::Const, memory_base)?.into(),
            ("env", "__table_base") => global(&mut *store, Mutability::Const, table_base)?.into(),
            ("env", "__c_longjmp") => tags.long_jump.into(),
            ("env", "__cpp_exception") => tags.exception.into(),
            ("GOT.mem", "__stack_low") => global(&mut *store, Mutability::Var, stack_low)?.into(),
            ("GOT.mem", "__stack_high") => global(&mut *store, Mutability::Var, stack_high)?.into(),
            ("GOT.func", _) => {
                let mut address = slot(store, main, name, name).await?;
                for loaded in others {
                    if address.is_none() {
                        let key = format!("{}:{name}", loaded.name);
                        address = slot(store, loaded.instance, name, &key).await?;
                    }
                }
                let got = global(&mut *store, Mutability::Var, address.unwrap_or(0))?;
                if address.is_none() {
                    own.push(("GOT.func", name.to_owned(), got));
                }
                got.into()
            }
            ("GOT.mem", _) => {
                let mut places = vec![(main, MEMORY_BASE)];
                places.extend(others.iter().map(|loaded| (loaded.instance, loaded.memory_base)));
                let address = places
                    .into_iter()
                    .find_map(|(module, base)| data_address(&mut *store, module, base, name));
                let got = global(&mut *store, Mutability::Var, address.unwrap_or(0))?;
                if address.is_none() {
                    own.push(("GOT.mem", name.to_owned(), got));
                }
                got.into()
            }
            ("env", _) => match (is_own, import.ty()) {
                // The calls of it were made direct.
                (true, ExternType::Func(ty)) => {
                    let own = format!("the module's own \"{name}\" was called as another's");
                    Func::new(&mut *store, ty, move |_, _, _| bail!("{own}")).into()
                }
                _ => {
                    exported(store, name).ok_or_else(|| format_err!("nothing has the function \"{name}\""))?
                }
            },
            // The module has a copy of the C library, with the imports of that.
            (space, _) => match (linker.get(&mut *store, space, name), import.ty()) {
                (Ok(found), _) => found,
                (Err(_), ExternType::Func(ty)) => {
                    Func::new(&mut *store, ty, |_, _, results| not_supported(results)).into()
                }
                (Err(error), _) => return Err(error),
            },
        });
    }
    Ok(imports)
}

/// What the main module, or else a loaded one, exports under a name.
fn exported<S: AsContextMut<Data = Host>>(store: &mut S, name: &str) -> Option<Extern> {
    let Linkage { main, modules, .. } = linkage_of(store).clone();
    main.into_iter()
        .chain(modules.into_iter().map(|module| module.instance))
        .find_map(|instance| instance.get_export(&mut *store, name))
}
