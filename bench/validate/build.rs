//! The table of `schemas`, as Rust.

fn main() -> Result<(), ominipg_codegen::Error> {
    ominipg_codegen::Build::new("schemas").runtime("::ominipg_runtime").emit()
}
