//! The three doors give the same code for the same schemas, and the same words for the same errors.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use ominipg_codegen::{Build, expand, generate};
use proc_macro2::TokenStream;
use quote::quote;

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn temp(name: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("ominipg-doors-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn cli(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"))
        .current_dir(manifest())
        .args(arguments)
        .output()
        .unwrap()
}

/// The code of a folder in one: each `pub mod x;` of the root gets the file's content.
fn assemble(folder: &Path) -> TokenStream {
    let root = syn::parse_file(&fs::read_to_string(folder.join("mod.rs")).unwrap()).unwrap();
    let items = root.items.into_iter().map(|item| match item {
        syn::Item::Mod(module) => {
            let name = module.ident.to_string();
            let text =
                fs::read_to_string(folder.join(format!("{}.rs", name.trim_start_matches("r#")))).unwrap();
            let body: TokenStream = text.parse().unwrap();
            let syn::ItemMod { attrs, vis, ident, .. } = module;
            quote!(#(#attrs)* #vis mod #ident { #body })
        }
        other => quote!(#other),
    });
    quote!(#(#items)*)
}

/// Trailing commas and the like are the printer's.
fn normal(tokens: &TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens.clone()).unwrap())
}

#[test]
fn all_doors_give_the_same_tokens() {
    for case in ["names", "bundle", "json", "keys", "rules"] {
        let schemas = format!("tests/golden/{case}/schemas");
        let wanted = generate(manifest().join(&schemas)).unwrap();
        let out = temp(case);

        let by_cli = out.join("cli");
        let done = cli(&["generate", &schemas, "--out", by_cli.to_str().unwrap()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(normal(&assemble(&by_cli)), normal(wanted.tokens()));
        let checked = cli(&["generate", &schemas, "--out", by_cli.to_str().unwrap(), "--check"]);
        assert!(checked.status.success());

        Build::new(manifest().join(&schemas)).out_dir(&out).emit().unwrap();
        let by_build: TokenStream = fs::read_to_string(out.join("schemas.rs")).unwrap().parse().unwrap();
        assert_eq!(normal(&by_build), normal(wanted.tokens()));

        let by_macro = expand(quote!(#schemas), manifest()).to_string();
        let rest =
            by_macro.strip_prefix(&wanted.tokens().to_string()).expect("the macro begins with the code");
        assert!(rest.trim_start().starts_with("const _ : & [u8] = :: core :: include_bytes !"), "{rest}");
        assert!(!rest.contains(env!("CARGO_MANIFEST_DIR")), "{rest}");
        assert_eq!(rest.matches("include_bytes").count(), wanted.sources().len());
        assert_eq!(rest.matches("deprecated (note").count(), wanted.warnings().len());
        fs::remove_dir_all(out).unwrap();
    }
}

#[test]
fn all_doors_take_the_same_settings() {
    let schemas = "tests/golden/bundle/schemas";
    let wanted = Build::new(manifest().join(schemas))
        .runtime("crate::db")
        .derive("Eq")
        .derive("::mail::Mail")
        .generate()
        .unwrap();
    assert!(wanted.text().contains("use crate::db::codegen_support as rt;"));
    assert!(
        wanted.text().contains("Eq, ::mail::Mail)]") || wanted.text().contains("Eq,\n"),
        "{}",
        wanted.text()
    );

    let by_macro = expand(quote!(#schemas, runtime = crate::db, derive = [Eq, ::mail::Mail]), manifest());
    assert!(by_macro.to_string().starts_with(&wanted.tokens().to_string()));

    let out = temp("settings");
    let done = cli(&[
        "generate",
        schemas,
        "--out",
        out.to_str().unwrap(),
        "--runtime",
        "crate::db",
        "--derive",
        "Eq",
        "--derive",
        "::mail::Mail",
    ]);
    assert!(done.status.success());
    assert_eq!(normal(&assemble(&out)), normal(wanted.tokens()));
    fs::remove_dir_all(out).unwrap();
}

#[test]
fn all_doors_give_the_same_report() {
    for case in
        ["OMI003-not-json", "OMI005-not-a-schema", "OMI010-no-key", "OMI013-same-table", "OMI020-dead-ref"]
    {
        let schemas = format!("tests/errors/{case}/schemas");
        // The kept reports are relative to the case, those of the doors to the crate.
        let report =
            fs::read_to_string(manifest().join(format!("tests/errors/{case}/expected.txt"))).unwrap();
        let report = report
            .replace("--> schemas/", &format!("--> {schemas}/"))
            .replace("`schemas/", &format!("`{schemas}/"));

        let done = cli(&["check", &schemas]);
        assert_eq!(done.status.code(), Some(1));
        let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(stderr.starts_with(&report), "{stderr}\n--- is not\n{report}");

        let by_macro = expand(quote!(#schemas), manifest());
        let file: syn::File = syn::parse2(by_macro).unwrap();
        let syn::Item::Macro(item) = &file.items[0] else { panic!("the macro gives a `compile_error!`") };
        let text: syn::LitStr = item.mac.parse_body().unwrap();
        assert_eq!(text.value(), format!("the schemas have problems\n\n{report}"));
        assert!(file.items.len() > 1, "files with errors are watched too");

        // A build script names files by the path that it was given, which is a whole one here.
        let full = manifest().join(&schemas);
        let error = Build::new(&full).out_dir(env::temp_dir()).emit().unwrap_err();
        assert_eq!(error.to_string().replace(&format!("{}/", manifest().display()), ""), report);
        assert_eq!(format!("{error:?}"), format!("the schemas have problems\n\n{error}"));
    }
}

#[test]
fn the_macro_explains_wrong_input() {
    let error = |input: TokenStream| expand(input, manifest()).to_string();
    assert!(error(quote!()).contains("name a folder of schemas"));
    assert!(error(quote!("schemas", runtme = ::x)).contains("do you mean `runtime`?"));
    assert!(error(quote!("schemas", colour = 1)).contains("the settings are"));
    assert!(
        error(quote!("tests/golden/bundle/schemas", runtime = db))
            .contains("begin it with `::` or `crate::`")
    );
    assert!(error(quote!("no/such/folder")).contains("`no/such/folder` cannot be read"));
}

#[test]
fn settings_that_are_no_paths_are_errors() {
    let error = Build::new(manifest().join("tests/golden/bundle/schemas"))
        .derive("not a path")
        .generate()
        .unwrap_err();
    assert!(
        error.to_string().starts_with("error[OMI050]: `not a path` cannot be used as the setting `derive`"),
        "{error}"
    );
}

#[test]
fn a_bundle_may_be_named_as_a_file() {
    let output = generate(manifest().join("tests/golden/bundle/schemas/app.json")).unwrap();
    assert_eq!(
        output.files().iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
        ["mod.rs", "posts.rs", "users.rs"]
    );
}

#[test]
fn the_commands_say_what_they_did() {
    let done = cli(&["check", "tests/golden/rules/schemas"]);
    assert!(done.status.success());
    assert_eq!(String::from_utf8_lossy(&done.stdout), "tests/golden/rules/schemas: 1 table, no errors\n");
    assert!(String::from_utf8_lossy(&done.stderr).contains("warning[OMI031]"));
    let sql = cli(&["sql", "tests/golden/bundle/schemas"]);
    let kept = fs::read_to_string(manifest().join("tests/golden/bundle/ddl.sql")).unwrap();
    assert_eq!(String::from_utf8_lossy(&sql.stdout), kept);
}
