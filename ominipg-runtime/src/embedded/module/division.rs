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
