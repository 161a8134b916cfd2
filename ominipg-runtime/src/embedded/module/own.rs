//! What a module has of its own here instead of importing it. The main module has the table of functions, the stack pointer, and
//! the constants that say where its data begins: an import is looked up by a pointer each time it is used, and of constants
//! the compiler makes a part of its instructions.

use std::collections::BTreeMap;

use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{
    ConstExpr, ExportKind, ExportSection, GlobalSection, GlobalType, ImportSection, MemoryType, TableSection,
    TableType, ValType,
};
use wasmparser::{
    ExportSectionReader, Global, GlobalSectionReader, Import, ImportSectionReader, Operator, TypeRef,
};

use super::{Placement, Role};

/// Where the main module's data begins: page 0 stays unused, so that a null pointer hits nothing.
pub(in crate::embedded) const MEMORY_BASE: u32 = 4096;
/// Slot 0 stays unused, so that a null function pointer traps.
const TABLE_BASE: u32 = 1;
/// The shadow stack, in bytes; PostgreSQL stops at `max_stack_depth`, 2 MB.
const STACK: u32 = 4 * 1024 * 1024;

/// The names under which the main module exports what side modules import.
pub(in crate::embedded) const TABLE: &str = "__indirect_function_table";
pub(in crate::embedded) const STACK_POINTER: &str = "__stack_pointer";

type Error = wasm_encoder::reencode::Error<String>;

/// The ends of the shadow stack, which lies behind the main module's data.
pub(in crate::embedded) fn stack(placement: Placement) -> (u32, u32) {
    let low = (MEMORY_BASE + placement.memory_size).next_multiple_of(16);
    (low, low + STACK)
}

/// The value that a global of the main module begins with, and whether it changes.
fn value(space: &str, name: &str, placement: Placement) -> Option<(u32, bool)> {
    let (stack_low, stack_high) = stack(placement);
    match (space, name) {
        ("env", "__memory_base") => Some((MEMORY_BASE, false)),
        ("env", "__table_base") => Some((TABLE_BASE, false)),
        ("env", STACK_POINTER) => Some((stack_high, true)),
        ("GOT.mem", "__stack_low") => Some((stack_low, false)),
        ("GOT.mem", "__stack_high") => Some((stack_high, false)),
        // Weak and not there.
        ("GOT.mem" | "GOT.func", _) => Some((0, false)),
        _ => None,
    }
}

/// Writes sections anew.
pub(super) struct Own {
    placement: Placement,
    role: Role,
    /// The values of the constants among the globals, by their index.
    constants: Vec<Option<i32>>,
    globals: GlobalSection,
    table: Option<TableType>,
    stack_pointer: Option<u32>,
    /// Functions that are imported under the names of the module's own, and these: a shared library calls its own functions so,
    /// for another might take their place. Here none does.
    own_functions: BTreeMap<u32, u32>,
}

impl Own {
    pub(super) fn new(placement: Placement, role: Role, own_functions: BTreeMap<u32, u32>) -> Self {
        let (constants, globals) = (Vec::new(), GlobalSection::new());
        Self { placement, role, constants, globals, table: None, stack_pointer: None, own_functions }
    }

    /// Whether all functions are to be written anew, for some call others than they seem to.
    pub(super) fn has_own_functions(&self) -> bool {
        !self.own_functions.is_empty()
    }

    /// What the module still imports.
    pub(super) fn imports(&mut self, reader: ImportSectionReader<'_>) -> Result<ImportSection, Error> {
        let mut imports = ImportSection::new();
        for import in reader.into_imports() {
            self.import(&mut imports, import?)?;
        }
        Ok(imports)
    }

    fn import(&mut self, imports: &mut ImportSection, import: Import<'_>) -> Result<(), Error> {
        match import.ty {
            TypeRef::Global(_) if self.role == Role::Main => {
                let known = value(import.module, import.name, self.placement);
                // One that stayed an import would change the indices of the others.
                let (value, mutable) = known.ok_or_else(|| {
                    Error::UserError(format!("the global {}.{} is unknown", import.module, import.name))
                })?;
                if import.name == STACK_POINTER {
                    self.stack_pointer = Some(self.globals.len());
                }
                let ty = GlobalType { val_type: ValType::I32, mutable, shared: false };
                self.globals.global(ty, &ConstExpr::i32_const(value as i32));
                self.constants.push((!mutable).then_some(value as i32));
                return Ok(());
            }
            TypeRef::Table(ty) if self.role == Role::Main => {
                let ty = self.table_type(ty)?;
                self.table = Some(TableType { minimum: ty.minimum + u64::from(TABLE_BASE), ..ty });
                return Ok(());
            }
            TypeRef::Global(_) => self.constants.push(None),
            _ => {}
        }
        imports.import(import.module, import.name, self.entity_type(import.ty)?);
        Ok(())
    }

    /// The table, once the imports are read.
    pub(super) fn table(&self) -> Option<TableSection> {
        let mut tables = TableSection::new();
        tables.table(self.table?);
        Some(tables)
    }

    /// The globals, those among them that were imports first.
    pub(super) fn globals(&mut self, reader: GlobalSectionReader<'_>) -> Result<GlobalSection, Error> {
        let mut globals = std::mem::take(&mut self.globals);
        self.parse_global_section(&mut globals, reader)?;
        Ok(globals)
    }

    /// What the module exports, and what others imported with it.
    pub(super) fn exports(&mut self, reader: ExportSectionReader<'_>) -> Result<ExportSection, Error> {
        let mut exports = ExportSection::new();
        self.parse_export_section(&mut exports, reader)?;
        if self.table.is_some() {
            exports.export(TABLE, ExportKind::Table, 0);
        }
        if let Some(index) = self.stack_pointer {
            exports.export(STACK_POINTER, ExportKind::Global, index);
        }
        Ok(exports)
    }

    /// The value of an expression of constants.
    fn value(&self, expression: &wasmparser::ConstExpr<'_>) -> Option<i32> {
        let mut stack = Vec::new();
        for operator in expression.get_operators_reader() {
            let value = match operator.ok()? {
                Operator::I32Const { value } => value,
                Operator::GlobalGet { global_index } => (*self.constants.get(global_index as usize)?)?,
                Operator::I32Add => {
                    stack.pop().zip(stack.pop()).map(|(a, b): (i32, i32)| a.wrapping_add(b))?
                }
                Operator::End => break,
                _ => return None,
            };
            stack.push(value);
        }
        stack.pop()
    }
}

impl Reencode for Own {
    type Error = String;

    fn parse_global(&mut self, globals: &mut GlobalSection, global: Global<'_>) -> Result<(), Error> {
        let constant = (!global.ty.mutable).then(|| self.value(&global.init_expr)).flatten();
        utils::parse_global(self, globals, global)?;
        self.constants.push(constant);
        Ok(())
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.own_functions.get(&function).copied().unwrap_or(function))
    }

    /// The compiler knows a constant only where it is written as one.
    fn const_expr(&mut self, expression: wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
        match self.value(&expression) {
            Some(value) => Ok(ConstExpr::i32_const(value)),
            None => utils::const_expr(self, expression),
        }
    }

    /// One thread at a time runs an engine, and only plain memory can come from a snapshot; atomic instructions are valid on it.
    fn memory_type(&mut self, ty: wasmparser::MemoryType) -> Result<MemoryType, Error> {
        Ok(MemoryType { shared: false, ..utils::memory_type(self, ty) })
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use wasm_encoder::{
        CodeSection, CustomSection, ElementSection, Elements, EntityType, Function, FunctionSection,
        Instruction as I, Module, RefType, TypeSection,
    };
    use wasmtime::{Engine, ExternType, Instance, MemoryType, Store, Val};

    use super::*;

    /// A module that imports what PostgreSQL does, and has a global that is an address of its data. Its function gives all it
    /// sees of them, and calls itself by the table's slot 1.
    fn module() -> Vec<u8> {
        let placement =
            CustomSection { name: Cow::Borrowed("dylink.0"), data: Cow::Borrowed(&[1, 4, 100, 0, 1, 0]) };
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32; 6]);
        let mut imports = ImportSection::new();
        let memory = wasm_encoder::MemoryType {
            minimum: 1,
            maximum: Some(9),
            memory64: false,
            shared: true,
            page_size_log2: None,
        };
        imports.import("env", "memory", memory);
        let global =
            |mutable| EntityType::Global(GlobalType { val_type: ValType::I32, mutable, shared: false });
        imports.import("env", "__memory_base", global(false));
        let table = TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 1,
            maximum: None,
            shared: false,
        };
        imports.import("env", TABLE, table);
        imports.import("env", STACK_POINTER, global(true));
        imports.import("env", "__table_base", global(false));
        imports.import("GOT.mem", "__stack_low", global(true));
        imports.import("GOT.func", "weak", global(true));
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut globals = GlobalSection::new();
        let address = ConstExpr::extended([I::GlobalGet(0), I::I32Const(40), I::I32Add]);
        globals.global(GlobalType { val_type: ValType::I32, mutable: false, shared: false }, &address);
        let mut exports = ExportSection::new();
        exports.export("all", ExportKind::Func, 0);
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::global_get(2), Elements::Functions(Cow::Borrowed(&[0])));
        let mut code = CodeSection::new();
        let mut function = Function::new([]);
        for global in 0..6 {
            function.instruction(&I::GlobalGet(global));
        }
        function.instruction(&I::End);
        code.function(&function);
        let mut module = Module::new();
        module.section(&placement).section(&types).section(&imports).section(&functions).section(&globals);
        module.section(&exports).section(&elements).section(&code);
        module.finish()
    }

    #[test]
    fn the_main_module_has_its_own_table_and_globals() {
        let (placement, prepared) = super::super::prepare(&module(), Role::Main).expect("it is a module");
        let engine = Engine::default();
        let module = wasmtime::Module::new(&engine, &prepared).expect("it is valid");
        let imports: Vec<_> = module.imports().map(|import| import.name().to_owned()).collect();
        assert_eq!(imports, ["memory"]);
        let ExternType::Memory(ty) = module.imports().next().expect("the memory").ty() else { panic!() };
        assert!(!ty.is_shared());

        let mut store = Store::new(&engine, ());
        let memory = wasmtime::Memory::new(&mut store, MemoryType::new(1, Some(9))).expect("there is room");
        let instance = Instance::new(&mut store, &module, &[memory.into()]).expect("it is instantiated");
        let table = instance.get_table(&mut store, TABLE).expect("it is exported");
        assert_eq!(table.size(&store), 2);
        let slot =
            |store: &mut Store<()>, at| table.get(store, at).expect("in bounds").unwrap_func().copied();
        assert!(slot(&mut store, 0).is_none(), "a null pointer to a function");
        let function = slot(&mut store, 1).expect("the function");
        let stack_pointer = instance.get_global(&mut store, STACK_POINTER).expect("it is exported");
        let (stack_low, stack_high) = stack(placement);
        assert_eq!(stack_pointer.get(&mut store).unwrap_i32(), stack_high as i32);
        stack_pointer.set(&mut store, Val::I32(5)).expect("it changes");
        let mut seen = [const { Val::I32(0) }; 6];
        function.call(&mut store, &[], &mut seen).expect("it runs");
        let seen = seen.map(|value| value.unwrap_i32());
        assert_eq!(seen, [4096, 5, 1, stack_low as i32, 0, 4136]);
    }

    #[test]
    fn the_compiler_sees_constants() {
        let (_, prepared) = super::super::prepare(&module(), Role::Main).expect("it is a module");
        let mut constants = 0;
        for payload in wasmparser::Parser::new(0).parse_all(&prepared) {
            if let wasmparser::Payload::GlobalSection(globals) = payload.expect("it is valid") {
                for global in globals {
                    let first = global.expect("it is valid").init_expr.get_operators_reader().read();
                    constants += u32::from(matches!(first, Ok(Operator::I32Const { .. })));
                }
            }
        }
        assert_eq!(constants, 6);
    }

    /// A shared library that calls its own `seven` as one that another may have, and by the table.
    fn library() -> Vec<u8> {
        let placement =
            CustomSection { name: Cow::Borrowed("dylink.0"), data: Cow::Borrowed(&[1, 4, 0, 0, 2, 0]) };
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("env", "seven", EntityType::Function(0));
        imports.import("wasix", "eight", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        for _ in 0..4 {
            functions.function(0);
        }
        let mut tables = TableSection::new();
        let (element_type, minimum) = (RefType::FUNCREF, 1);
        tables.table(TableType { element_type, table64: false, minimum, maximum: None, shared: false });
        let mut exports = ExportSection::new();
        for (name, function) in [("seven", 2), ("eight", 3), ("direct", 4), ("indirect", 5)] {
            exports.export(name, ExportKind::Func, function);
        }
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(0), Elements::Functions(Cow::Borrowed(&[0])));
        let mut code = CodeSection::new();
        let bodies: [&[I<'_>]; 4] = [
            &[I::I32Const(7)],
            &[I::I32Const(8)],
            &[I::Call(0), I::Call(1), I::I32Add],
            &[I::I32Const(0), I::CallIndirect { type_index: 0, table_index: 0 }],
        ];
        for body in bodies {
            let mut function = Function::new([]);
            for instruction in body.iter().chain([&I::End]) {
                function.instruction(instruction);
            }
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&placement).section(&types).section(&imports).section(&functions).section(&tables);
        module.section(&exports).section(&elements).section(&code);
        module.finish()
    }

    #[test]
    fn a_library_calls_its_own_functions_and_the_systems() {
        let (_, prepared) = super::super::prepare(&library(), Role::Side).expect("it is a module");
        let engine = Engine::default();
        let module = wasmtime::Module::new(&engine, &prepared).expect("it is valid");
        let mut store = Store::new(&engine, ());
        let others = [100, 1000].map(|value| wasmtime::Func::wrap(&mut store, move || value).into());
        let instance = Instance::new(&mut store, &module, &others).expect("it is instantiated");
        for (name, expected) in [("direct", 1007), ("indirect", 7)] {
            let function = instance.get_typed_func::<(), i32>(&mut store, name).expect("it has it");
            assert_eq!(function.call(&mut store, ()).expect("it runs"), expected, "{name}");
        }
    }

    #[test]
    fn a_side_module_imports_what_the_main_one_has() {
        let (_, prepared) = super::super::prepare(&module(), Role::Side).expect("it is a module");
        let module = wasmtime::Module::new(&Engine::default(), &prepared).expect("it is valid");
        assert_eq!(module.imports().count(), 7);
        assert!(module.exports().all(|export| export.name() == "all"));
    }
}
