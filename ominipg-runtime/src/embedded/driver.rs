//! A small module of our own that drives PostgreSQL's message loop, so that a statement costs the host no calls into the
//! guest: it lets the host settle what must be done before an answer, lets PostgreSQL say that it is ready, asks for the next
//! turn, lets PostgreSQL answer one message, and begins anew.

use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    Instruction, Module, TypeSection, ValType,
};

/// The functions that the driver imports, in this order: what is left in PostgreSQL's buffer; what is next (see
/// `backend`); read and answer a message; tell the client that PostgreSQL is ready, if it is; what hears of objects; and
/// what is done before the client is told.
pub(super) const IMPORTS: [&str; 6] = [
    "pq_buffer_remaining_data",
    "next",
    "PostgresMainLoopOnce",
    "PostgresSendReadyForQueryIfNecessary",
    "object",
    "settle",
];

/// The name of the function that drives.
pub(super) const DRIVE: &str = "drive";

/// The name of the function that PostgreSQL calls where an object is made, changed, dropped or used: it passes on what
/// happens to roles and to the settings that sessions begin with.
pub(super) const ACCESS: &str = "access";

/// The catalogue of the roles (`pg_authid`).
pub(super) const ROLES: i32 = 1260;
/// That of the settings that sessions begin with (`pg_db_role_setting`).
pub(super) const LOGIN_SETTINGS: i32 = 2964;

/// The module's bytes.
pub(super) fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    types.ty().function([], []);
    types.ty().function([ValType::I32; 3], []);
    types.ty().function([ValType::I32; 5], []);
    let mut imports = ImportSection::new();
    for (name, ty) in IMPORTS.into_iter().zip([0, 0, 1, 1, 2, 1]) {
        imports.import("ominipg", name, EntityType::Function(ty));
    }
    let mut functions = FunctionSection::new();
    functions.function(1).function(3);
    let mut exports = ExportSection::new();
    exports.export(DRIVE, ExportKind::Func, IMPORTS.len() as u32);
    exports.export(ACCESS, ExportKind::Func, IMPORTS.len() as u32 + 1);
    let mut drive = Function::new([]);
    let [remaining, next, once, ready, object, settle] = [0, 1, 2, 3, 4, 5].map(Instruction::Call);
    drive
        .instruction(&Instruction::Loop(BlockType::Empty))
        // First, for after an ERROR at top level the loop begins anew.
        .instruction(&settle)
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
    // What happens, to an object of which catalogue, and its number.
    let mut access = Function::new([]);
    for class in [ROLES, LOGIN_SETTINGS] {
        access.instruction(&Instruction::LocalGet(1)).instruction(&Instruction::I32Const(class));
        access.instruction(&Instruction::I32Eq);
    }
    access
        .instruction(&Instruction::I32Or)
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::LocalGet(1))
        .instruction(&Instruction::LocalGet(2))
        .instruction(&object)
        .instruction(&Instruction::End)
        .instruction(&Instruction::End);
    code.function(&access);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
