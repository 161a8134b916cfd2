//! WebAssembly modules as the crate ships them: what their linker section asks for, and the few bytes that are patched.

mod division;
mod own;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{ElementSection, Encode, RawSection};
use wasmparser::{Dylink0Subsection, ExternalKind, FunctionBody, KnownCustom, Parser, Payload, TypeRef};

use self::own::Own;
pub(super) use self::own::{MEMORY_BASE, STACK_POINTER, TABLE, stack};

/// What a position-independent module asks of its loader (the section `dylink.0`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Placement {
    /// Bytes of data.
    pub(super) memory_size: u32,
    /// As a power of two.
    pub(super) memory_alignment: u32,
    /// Table slots.
    pub(super) table_size: u32,
}

/// What a module is to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// PostgreSQL itself.
    Main,
    /// Loaded by it.
    Side,
}

/// The name under which a prepared module exports what was its start function: the loader calls it, unless the memory
/// comes from a snapshot.
pub(super) const START: &str = "ominipg_start";

/// Calls put in front of a function's code: the function, and an import that PostgreSQL itself never calls.
struct Hook {
    function: &'static str,
    import: &'static str,
    /// Whether the import is given the function's first argument.
    argument: bool,
}

/// What the host needs to hear of. PostgreSQL calls `ProcessInterrupts` only where `InterruptPending` is set, and
/// `set_config_option` only where a setting changes, so that nothing else pays for it.
const HOOKS: [Hook; 2] = [
    Hook { function: "ProcessInterrupts", import: "sched_yield", argument: false },
    Hook { function: "set_config_option", import: "tty_set", argument: true },
];

/// Makes a module fit for this host, and reads its placement.
///
/// Its memory is not shared, and the start function becomes an export. The main module has its own table and globals, is
/// hooked, and its divisions are checked.
pub(super) fn prepare(module: &[u8], role: Role) -> Result<(Placement, Vec<u8>), String> {
    let facts = Facts::read(module, role).map_err(text)?;
    let placement = facts.placement.ok_or("the module has no dylink.0 section")?;
    let mut own = Own::new(placement, role, facts.own_functions.clone());
    let mut out = wasm_encoder::Module::new();
    let mut code = CodeSection::default();
    let mut functions = wasm_encoder::CodeSection::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(text)?;
        match &payload {
            Payload::ImportSection(reader) => {
                out.section(&own.imports(reader.clone()).map_err(text)?);
            }
            Payload::FunctionSection(reader) => {
                out.section(&RawSection { id: 3, data: &module[reader.range()] });
                if let Some(tables) = own.table() {
                    out.section(&tables);
                }
            }
            Payload::GlobalSection(reader) => {
                out.section(&own.globals(reader.clone()).map_err(text)?);
            }
            Payload::ExportSection(reader) => {
                let mut exports = own.exports(reader.clone()).map_err(text)?;
                if let Some(start) = facts.start {
                    exports.export(START, wasm_encoder::ExportKind::Func, start);
                }
                out.section(&exports);
            }
            Payload::ElementSection(reader) => {
                let mut elements = ElementSection::new();
                own.parse_element_section(&mut elements, reader.clone()).map_err(text)?;
                out.section(&elements);
            }
            Payload::StartSection { .. } => {}
            Payload::CodeSectionStart { count, .. } => code = CodeSection::new(*count),
            Payload::CodeSectionEntry(body) if own.has_own_functions() => {
                own.parse_function_body(&mut functions, body.clone()).map_err(text)?;
                if functions.len() == code.count {
                    out.section(&functions);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let function = facts.imported_functions + code.bodies;
                let range = body.range();
                let prologue = facts.prologues.iter().find(|(hooked, _)| *hooked == function);
                let prologue = prologue.map_or(&[][..], |(_, prologue)| prologue);
                match facts.checked(body, function, prologue).map_err(text)? {
                    Some(checked) => code.push(&[&checked]),
                    None if prologue.is_empty() => code.push(&[&module[range]]),
                    None => {
                        let reader = body.get_operators_reader().map_err(text)?;
                        let first = reader.original_position();
                        code.push(&[&module[range.start..first], prologue, &module[first..range.end]]);
                    }
                }
                if code.is_whole() {
                    out.section(&RawSection { id: 10, data: &code.data });
                }
            }
            // What debuggers read would be kept for nobody.
            Payload::CustomSection(_) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    out.section(&RawSection { id, data: &module[range] });
                }
            }
        }
    }
    Ok((placement, out.finish()))
}

/// What is wrong with a module.
fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What must be known before a module is written anew.
#[derive(Default)]
struct Facts {
    placement: Option<Placement>,
    imported_functions: u32,
    start: Option<u32>,
    /// Functions and the code that is put in front of theirs.
    prologues: Vec<(u32, Vec<u8>)>,
    /// The number of parameters of each type, and the types of the functions.
    parameters: Vec<u32>,
    types: Vec<u32>,
    /// The function that hands PostgreSQL a signal, in the main module.
    signal: Option<u32>,
    /// Imported functions and the module's own of the same names.
    own_functions: BTreeMap<u32, u32>,
}

impl Facts {
    fn read(module: &[u8], role: Role) -> wasmparser::Result<Self> {
        let mut facts = Self::default();
        let mut imports = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::CustomSection(section) => {
                    if let KnownCustom::Dylink0(reader) = section.as_known() {
                        for part in reader {
                            if let Dylink0Subsection::MemInfo(info) = part? {
                                facts.placement = Some(Placement {
                                    memory_size: info.memory_size,
                                    memory_alignment: info.memory_alignment,
                                    table_size: info.table_size,
                                });
                            }
                        }
                    }
                }
                Payload::TypeSection(reader) => {
                    for ty in reader.into_iter_err_on_gc_types() {
                        facts.parameters.push(ty?.params().len() as u32);
                    }
                }
                Payload::FunctionSection(reader) => {
                    for ty in reader {
                        facts.types.push(ty?);
                    }
                }
                Payload::ImportSection(reader) => {
                    for import in reader.into_imports() {
                        let import = import?;
                        if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import.ty {
                            imports.push((import.module.to_owned(), import.name.to_owned()));
                            facts.types.push(ty);
                        }
                    }
                    facts.imported_functions = imports.len() as u32;
                }
                Payload::ExportSection(reader) => {
                    for export in reader {
                        let export = export?;
                        if role == Role::Main
                            && export.kind == ExternalKind::Func
                            && export.name == division::SIGNAL
                        {
                            facts.signal = Some(export.index);
                        }
                        if export.kind == ExternalKind::Func
                            && export.index >= facts.imported_functions
                            && let Some(import) =
                                imports.iter().position(|(space, name)| space == "env" && name == export.name)
                        {
                            facts.own_functions.insert(import as u32, export.index);
                        }
                        let hook = HOOKS.iter().find(|hook| hook.function == export.name);
                        if let (ExternalKind::Func, Some(hook)) = (export.kind, hook)
                            && let Some(import) = imports.iter().position(|(_, name)| name == hook.import)
                        {
                            facts.prologues.push((export.index, hook.code(import as u32)));
                        }
                    }
                }
                Payload::StartSection { func, .. } => facts.start = Some(func),
                _ => {}
            }
        }
        Ok(facts)
    }

    /// A function's code with its divisions checked, where that changes it.
    fn checked(
        &self,
        body: &FunctionBody<'_>,
        function: u32,
        prologue: &[u8],
    ) -> wasmparser::Result<Option<Vec<u8>>> {
        let Some(signal) = self.signal else { return Ok(None) };
        let ty = self.types.get(function as usize).and_then(|&ty| self.parameters.get(ty as usize));
        // Every function of a valid module has a type.
        ty.map_or(Ok(None), |&parameters| division::checked(body, prologue, parameters, signal))
    }
}

impl Hook {
    fn code(&self, import: u32) -> Vec<u8> {
        use wasm_encoder::Instruction;
        let mut code = Vec::new();
        if self.argument {
            Instruction::LocalGet(0).encode(&mut code);
        }
        Instruction::Call(import).encode(&mut code);
        Instruction::Drop.encode(&mut code);
        code
    }
}

/// A code section under way.
#[derive(Default)]
struct CodeSection {
    data: Vec<u8>,
    bodies: u32,
    count: u32,
}

impl CodeSection {
    fn new(count: u32) -> Self {
        let mut data = Vec::new();
        count.encode(&mut data);
        Self { data, bodies: 0, count }
    }

    fn push(&mut self, parts: &[&[u8]]) {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        (len as u32).encode(&mut self.data);
        parts.iter().for_each(|part| self.data.extend_from_slice(part));
        self.bodies += 1;
    }

    fn is_whole(&self) -> bool {
        self.bodies == self.count
    }
}
