//! The macros `ominipg_schema!`, `ominipg_migrations!` and `filter!`.

mod filter;

use std::path::PathBuf;

use proc_macro::TokenStream;

/// Makes a typed data layer of a folder of JSON Schemas: a module for each table, and `SCHEMA`.
///
/// The path is relative to the folder of the crate's `Cargo.toml`. Settings may follow it: `runtime` is the path of the
/// crate `ominipg`, `derive` a list of further derives for the generated types.
///
/// ```ignore
/// ominipg::ominipg_schema!("schemas");
/// ominipg::ominipg_schema!("schemas/blog", runtime = ::ominipg, derive = [Eq]);
/// ```
///
/// Cargo builds again when one of the schema files changes. A macro cannot watch a folder, so after adding a file, save
/// the file that holds the macro too, or use a build script with `ominipg_codegen::Build`, which sees new files.
#[proc_macro]
pub fn ominipg_schema(input: TokenStream) -> TokenStream {
    // Cargo sets the variable; without cargo, paths are relative to the working folder.
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    ominipg_codegen::expand(input.into(), &folder).into()
}

/// A filter, written as in MongoDB and checked by the compiler: the table's module, and a literal.
///
/// ```ignore
/// let grown = filter!(users, {
///     age: { $gte: 18, $lt: limit },
///     name: { $ilike: "a%" },
///     nickname: null,
///     address.city: "Berlin",
///     $or: [{ role: UserRole::Admin }, { tags: "editor" }],
/// });
/// users::find().filter(grown).all(&db).await?;
/// ```
///
/// Keys are columns, by the names of their functions, with a path behind those of JSON. Values are any expressions, and `null`;
/// those of an entry all hold. The operators are those of JSON filters, and mean the same: `$eq`, `$ne`, `$gt`, `$gte`, `$lt`,
/// `$lte`, `$in`, `$nin`, `$like`, `$ilike`, `$regex`, `$exists` and `$not` on a column, `$and`, `$or`, `$nor` and `$not` on filters. Where
/// a column holds a list, a list is equal to the whole of it, and anything else to one of its elements.
#[proc_macro]
pub fn filter(input: TokenStream) -> TokenStream {
    filter::expand(input.into()).into()
}

/// The migrations of a folder, as `MIGRATIONS`, for `Ominipg::migrate`; `ominipg-codegen migrate diff` writes them.
///
/// The path is relative to the folder of the crate's `Cargo.toml`. The setting `runtime` may follow it.
///
/// ```ignore
/// ominipg::ominipg_migrations!("migrations");
///
/// db.migrate(&MIGRATIONS).await?;
/// ```
///
/// Cargo builds again when one of the files changes. A macro cannot watch a folder, so after adding a file, save the file that
/// holds the macro too.
#[proc_macro]
pub fn ominipg_migrations(input: TokenStream) -> TokenStream {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    ominipg_codegen::expand_migrations(input.into(), &folder).into()
}
