#[path = "../../../ominipg-runtime/tests/runtime/blog/mod.rs"]
mod blog;

use blog::*;

fn main() {
    let _ = users::age().eq(Some(1));
}
