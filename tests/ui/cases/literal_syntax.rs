#[path = "../../../ominipg-runtime/tests/runtime/blog/mod.rs"]
mod blog;

use blog::*;
use ominipg_macros::filter;

fn main() {
    let _ = filter!();
    let _ = filter!(users, age);
    let _ = filter!(users, { age: { $gtee: 18 } });
    let _ = filter!(users, { age: {} });
    let _ = filter!(users, { age: { gte: 18 } });
    let _ = filter!(users, { age: { $or: [18] } });
    let _ = filter!(users, { age: { $not: 18 } });
    let _ = filter!(users, { $gte: 18 });
    let _ = filter!(users, { $or: [] });
    let _ = filter!(users, { $and: { age: 18 } });
    let _ = filter!(users, { age: { $in: null } });
    let _ = filter!(users, { age: { $gte: null } });
    let _ = filter!(users, { tags: ["a", null] });
    let _ = filter!(users, { age: 18 }, { age: 19 });
}
