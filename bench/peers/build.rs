//! The modules that pglite-rs loads find PostgreSQL's symbols in the program.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_PGLITE").is_some() {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic");
    }
}
