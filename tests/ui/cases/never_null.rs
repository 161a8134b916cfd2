#[path = "../../../ominipg-runtime/tests/runtime/blog/mod.rs"]
mod blog;

use blog::*;

fn main() {
    let _ = users::name().is_null();
}
