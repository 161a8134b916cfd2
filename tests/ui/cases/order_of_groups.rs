#[path = "../../../ominipg-runtime/tests/runtime/blog/mod.rs"]
mod blog;

use blog::*;

fn main() {
    let _ = users::find().order_by(ominipg_runtime::count().desc());
}
