#[path = "../../../ominipg-runtime/tests/runtime/blog/mod.rs"]
mod blog;

use blog::*;
use ominipg_macros::filter;

fn main() {
    // No such column.
    let _ = filter!(users, { agee: { $gte: 18 } });
    // A value of another type.
    let _ = filter!(users, { age: "old" });
    let _ = filter!(users, { age: { $in: [18, "old"] } });
    // Operators that the type does not have.
    let _ = filter!(users, { role: { $gt: UserRole::Admin } });
    let _ = filter!(users, { age: { $like: "1%" } });
    let _ = filter!(users, { name: ["Ada"] });
    // A value is always there.
    let _ = filter!(users, { name: null });
    let _ = filter!(users, { name: { $exists: true } });
    // Nothing is inside.
    let _ = filter!(users, { name.first: "Ada" });
    // A filter of another table.
    let _ = users::find().filter(filter!(posts, { title: "a" }));
}
