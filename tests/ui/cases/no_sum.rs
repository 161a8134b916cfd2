#[path = "../../../ominipg-runtime/tests/runtime/blog/mod.rs"]
mod blog;

use blog::*;

fn main() {
    let _ = users::find().select(users::name().sum());
}
