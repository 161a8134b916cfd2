//! A small module of our own that drives PostgreSQL's message loop, so that a statement costs the host no calls into the
//! guest: it lets PostgreSQL say that it is ready, asks for the next turn, lets PostgreSQL answer one message, and begins anew.

use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    Instruction, Module, TypeSection, ValType,
};

/// The functions that the driver imports, in this order: what is left in PostgreSQL's buffer; what is next (see
/// `backend`); read and answer a message; tell the client that PostgreSQL is ready, if it is.
pub(super) const IMPORTS: [&str; 4] =
    ["pq_buffer_remaining_data", "next", "PostgresMainLoopOnce", "PostgresSendReadyForQueryIfNecessary"];

/// The name of its one function.
pub(super) const DRIVE: &str = "drive";

/// The module's bytes.
pub(super) fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    for (name, ty) in IMPORTS.into_iter().zip([0, 0, 1, 1]) {
        imports.import("ominipg", name, EntityType::Function(ty));
    }
    let mut functions = FunctionSection::new();
    functions.function(1);
    let mut exports = ExportSection::new();
    exports.export(DRIVE, ExportKind::Func, IMPORTS.len() as u32);
    let mut drive = Function::new([]);
    let [remaining, next, once, ready] = [0, 1, 2, 3].map(Instruction::Call);
    drive
        .instruction(&Instruction::Loop(BlockType::Empty))
        // First, for after an ERROR at top level the loop begins anew.
        .instruction(&ready)
        .instruction(&remaining)
        .instruction(&Instruction::I32Eqz)
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&next)
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&Instruction::Return)
        .instruction(&Instruction::End)
        .instruction(&Instruction::End)
        .instruction(&once)
        .instruction(&Instruction::Br(0))
        .instruction(&Instruction::End)
        .instruction(&Instruction::End);
    let mut code = CodeSection::new();
    code.function(&drive);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
