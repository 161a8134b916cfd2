//! Divisions of integers that have no result: processors raise a signal for them, which PostgreSQL reports as an error of
//! the statement, and WebAssembly stops for good. Each that may have none is preceded by a check that raises the signal.

use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::{BinaryReader, FunctionBody, Operator, Result};

/// The function that hands a signal to PostgreSQL's handler.
pub(super) const SIGNAL: &str = "__wasm_signal";

/// SIGFPE, for which PostgreSQL's handler reports an error, and does not return.
const ARITHMETIC: i32 = 8;

/// The locals that a check needs, as the binary format has them: two of each type of integers.
const LOCALS: [(u32, ValType); 2] = [(2, ValType::I32), (2, ValType::I64)];

/// What a division is checked for.
#[derive(Clone, Copy)]
struct Division {
    is_long: bool,
    /// Whether the least number by -1 has no result either.
    overflows: bool,
}

impl Division {
    fn of(operator: &Operator<'_>) -> Option<Self> {
        use Operator as O;
        let (is_long, overflows) = match operator {
            O::I32DivS => (false, true),
            O::I64DivS => (true, true),
            O::I32DivU | O::I32RemS | O::I32RemU => (false, false),
            O::I64DivU | O::I64RemS | O::I64RemU => (true, false),
            _ => return None,
        };
        Some(Self { is_long, overflows })
    }

    /// Whether it has a result whatever it divides, for what it divides by is this constant.
    fn is_safe_by(self, operator: &Operator<'_>) -> bool {
        let by = match *operator {
            Operator::I32Const { value } => i64::from(value),
            Operator::I64Const { value } => value,
            _ => return false,
        };
        by != 0 && !(self.overflows && by == -1)
    }

    /// The check, between the numbers and the division; `locals` is the first of those that it needs.
    fn check(self, locals: u32, raise: u32, code: &mut Vec<u8>) {
        use Instruction as I;
        let by = locals + if self.is_long { 2 } else { 0 };
        let number = by + 1;
        let (is_zero, is_same, and_one, least) = match self.is_long {
            true => (I::I64Eqz, I::I64Eq, I::I64Const(-1), I::I64Const(i64::MIN)),
            false => (I::I32Eqz, I::I32Eq, I::I32Const(-1), I::I32Const(i32::MIN)),
        };
        let mut instructions = vec![I::LocalSet(by)];
        if self.overflows {
            instructions.push(I::LocalTee(number));
        }
        instructions.extend([I::LocalGet(by), is_zero]);
        if self.overflows {
            instructions.extend([I::LocalGet(by), and_one, is_same.clone()]);
            instructions.extend([I::LocalGet(number), least, is_same, I::I32And, I::I32Or]);
        }
        instructions.extend([I::If(BlockType::Empty), I::I32Const(ARITHMETIC), I::Call(raise), I::End]);
        instructions.push(I::LocalGet(by));
        instructions.iter().for_each(|instruction| instruction.encode(code));
    }
}

/// The code of a function with `prologue` in front of it and with its divisions checked; `parameters` is the number of its
/// parameters, `raise` the function that is given the signal's number. Nothing where no division needs it.
pub(super) fn checked(
    body: &FunctionBody<'_>,
    prologue: &[u8],
    parameters: u32,
    raise: u32,
) -> Result<Option<Vec<u8>>> {
    let mut found = Vec::new();
    let mut before = None;
    for read in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, at) = read?;
        if let Some(division) = Division::of(&operator)
            && !before.is_some_and(|before| division.is_safe_by(&before))
        {
            found.push((at, division));
        }
        before = Some(operator);
    }
    if found.is_empty() {
        return Ok(None);
    }
    let mut locals = parameters;
    for group in body.get_locals_reader()? {
        locals += group?.0;
    }
    let bytes = body.as_bytes();
    let mut reader = BinaryReader::new(bytes, 0);
    let groups = reader.read_var_u32()?;
    let declared = reader.original_position();
    let start = body.range().start;
    let first = body.get_operators_reader()?.original_position() - start;
    let mut code = Vec::with_capacity(bytes.len() + found.len() * 32);
    (groups + LOCALS.len() as u32).encode(&mut code);
    code.extend_from_slice(&bytes[declared..first]);
    LOCALS.iter().for_each(|(count, ty)| {
        count.encode(&mut code);
        ty.encode(&mut code);
    });
    code.extend_from_slice(prologue);
    let mut copied = first;
    for (at, division) in found {
        code.extend_from_slice(&bytes[copied..at - start]);
        copied = at - start;
        division.check(locals, raise, &mut code);
    }
    code.extend_from_slice(&bytes[copied..]);
    Ok(Some(code))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use wasm_encoder::{
        CodeSection, CustomSection, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
        Instruction as I, Module, TypeSection, ValType,
    };
    use wasmtime::{Engine, Func, Instance, Store, Val};

    use super::SIGNAL;
    use crate::embedded::module::Role;

    /// What each function of the module computes, of long numbers too.
    const DIVISIONS: [(&str, I<'_>, I<'_>); 4] = [
        ("div_s", I::I32DivS, I::I64DivS),
        ("div_u", I::I32DivU, I::I64DivU),
        ("rem_s", I::I32RemS, I::I64RemS),
        ("rem_u", I::I32RemU, I::I64RemU),
    ];

    /// A module with one function for each division.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        types.ty().function([ValType::I32; 2], [ValType::I32]);
        types.ty().function([ValType::I64; 2], [ValType::I64]);
        let mut imports = ImportSection::new();
        imports.import("env", "signal", wasm_encoder::EntityType::Function(0));
        let (mut functions, mut exports, mut code) =
            (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        exports.export(SIGNAL, ExportKind::Func, 0);
        for (name, short, long) in DIVISIONS {
            for (ty, ending, division) in [(1, "32", short), (2, "64", long)] {
                exports.export(&format!("{name}{ending}"), ExportKind::Func, 1 + functions.len());
                functions.function(ty);
                let mut function = Function::new([(1, ValType::F64)]);
                function.instruction(&I::LocalGet(0)).instruction(&I::LocalGet(1));
                function.instruction(&division).instruction(&I::End);
                code.function(&function);
            }
        }
        let placement =
            CustomSection { name: Cow::Borrowed("dylink.0"), data: Cow::Borrowed(&[1, 4, 0, 0, 0, 0]) };
        let mut module = Module::new();
        module.section(&placement).section(&types).section(&imports).section(&functions);
        module.section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn divisions_have_a_result_or_raise_a_signal() {
        let (_, prepared) = crate::embedded::module::prepare(&module(), Role::Main).expect("it is a module");
        let engine = Engine::default();
        let module = wasmtime::Module::new(&engine, prepared).expect("it is valid");
        let mut store = Store::new(&engine, 0);
        let signal = Func::wrap(&mut store, |mut caller: wasmtime::Caller<'_, i32>, signal: i32| {
            *caller.data_mut() = signal;
            Err::<(), _>(wasmtime::format_err!("raised"))
        });
        let instance = Instance::new(&mut store, &module, &[signal.into()]).expect("it is instantiated");
        let numbers = [0, 1, -1, 2, -7, 10, i64::from(i32::MIN), i64::from(i32::MAX), i64::MIN, i64::MAX];
        for (a, b) in numbers.into_iter().flat_map(|a| numbers.map(|b| (a, b))) {
            let (short_a, short_b) = (a as i32, b as i32);
            let short = [
                short_a.checked_div(short_b),
                (short_a as u32).checked_div(short_b as u32).map(|result| result as i32),
                (short_b != 0).then(|| short_a.wrapping_rem(short_b)),
                (short_a as u32).checked_rem(short_b as u32).map(|result| result as i32),
            ];
            let long = [
                a.checked_div(b),
                (a as u64).checked_div(b as u64).map(|result| result as i64),
                (b != 0).then(|| a.wrapping_rem(b)),
                (a as u64).checked_rem(b as u64).map(|result| result as i64),
            ];
            for (index, (name, ..)) in DIVISIONS.iter().enumerate() {
                let cases = [
                    ("32", [short_a, short_b].map(Val::I32), short[index].map(i64::from)),
                    ("64", [a, b].map(Val::I64), long[index]),
                ];
                for (ending, numbers, expected) in cases {
                    let function =
                        instance.get_func(&mut store, &format!("{name}{ending}")).expect("it has it");
                    *store.data_mut() = 0;
                    let mut result = [Val::I32(0)];
                    let called = function.call(&mut store, &numbers, &mut result);
                    let result = called.is_ok().then(|| match result[0] {
                        Val::I32(result) => i64::from(result),
                        Val::I64(result) => result,
                        _ => unreachable!("the functions compute integers"),
                    });
                    assert_eq!(result, expected, "{a} {name}{ending} {b}");
                    assert_eq!(*store.data(), if expected.is_none() { super::ARITHMETIC } else { 0 });
                }
            }
        }
    }
}
