#[path = "../runtime/blog/mod.rs"]
mod blog;

use blog::*;

fn main() {
    let _ = users::age().like("1%");
}
