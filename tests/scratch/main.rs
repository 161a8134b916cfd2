//! Crates of users' own, as cargo builds them: by a build script, by the macro, and a generated one.
//!
//! They take the libraries that this test was built with, by `--extern`, so that cargo has nothing else to compile.

mod build_script;
mod generated_crate;
mod macro_call;
mod project;
