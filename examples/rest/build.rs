//! The tables of `schemas/blog`, as Rust.

fn main() -> Result<(), ominipg_codegen::Error> {
    ominipg_codegen::Build::new("../../schemas/blog").emit()
}
