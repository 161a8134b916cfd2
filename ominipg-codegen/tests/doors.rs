//! The three doors give the same code for the same schemas, and the same words for the same errors.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use ominipg_codegen::{Build, Code, Severity, expand, generate};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Value, json};

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
fn all_doors_deny_warnings() {
    let schemas = "tests/golden/rules/schemas";
    let build = Build::new(manifest().join(schemas));
    let warnings = build.generate().unwrap().warnings().len();
    let error = build.deny_warnings(true).generate().unwrap_err();
    assert_eq!(error.diagnostics().len(), warnings);
    assert!(error.diagnostics().iter().all(|found| found.severity() == Severity::Error), "{error}");
    assert!(error.to_string().starts_with("error[OMI030]: "), "{error}");

    let by_macro = expand(quote!(#schemas, deny_warnings = true), manifest()).to_string();
    assert!(by_macro.contains("compile_error"), "{by_macro}");
    assert!(
        !expand(quote!(#schemas, deny_warnings = false), manifest()).to_string().contains("compile_error")
    );
    for command in [&["check", schemas][..], &["sql", schemas], &["generate", schemas, "--out", "/nowhere"]] {
        let done = cli(&[command, &["--deny-warnings"]].concat());
        assert_eq!(done.status.code(), Some(1), "{command:?}");
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert!(stderr.starts_with("error[OMI030]: ") && stderr.contains("more\n"), "{stderr}");
    }
}

#[test]
fn json_messages_have_the_fields_that_are_promised() {
    let done = cli(&["check", "tests/errors/OMI013-same-table/schemas", "--message-format", "json"]);
    assert_eq!((done.status.code(), done.stdout.len()), (Some(1), 0));
    let line: Value = serde_json::from_slice(&done.stderr).expect("one object, and nothing else");
    let file = |name: &str| format!("tests/errors/OMI013-same-table/schemas/{name}.json");
    assert_eq!((&line["severity"], &line["code"]), (&json!("error"), &json!("OMI013")));
    assert_eq!(line["message"], "two tables have the name `users`");
    assert_eq!(
        (&line["file"], &line["line"], &line["column"]),
        (&json!(file("users")), &json!(1), &json!(1))
    );
    assert_eq!(line["range"], json!([0, 1]));
    let first = json!({ "file": file("users"), "line": 1, "column": 1, "endLine": 1, "endColumn": 2, "range": [0, 1], "text": "the second one" });
    assert_eq!(line["labels"][0], first);
    let text = fs::read_to_string(manifest().join(file("people"))).unwrap();
    let range = &line["labels"][1]["range"];
    let at = |index: usize| usize::try_from(range[index].as_u64().unwrap()).unwrap();
    assert_eq!(&text[at(0)..at(1)], "\"users\"");
    assert!(line["help"].as_str().unwrap().starts_with("rename one of them"));
    assert!(line["rendered"].as_str().unwrap().starts_with("error[OMI013]: two tables"));

    // Errors without a file have nulls.
    let done = cli(&["check", "no/such/folder", "--message-format", "json"]);
    let line: Value = serde_json::from_slice(&done.stderr).unwrap();
    assert_eq!((&line["file"], &line["range"], &line["labels"]), (&Value::Null, &Value::Null, &json!([])));
    let out = temp("json-stale");
    let done = cli(&[
        "generate",
        "tests/golden/bundle/schemas",
        "--check",
        "--message-format",
        "json",
        "--out",
        out.to_str().unwrap(),
    ]);
    let line: Value = serde_json::from_slice(&done.stderr).unwrap();
    assert_eq!(line["code"], "OMI053");
    fs::remove_dir_all(out).unwrap();
}

#[test]
fn codes_are_explained() {
    let done = cli(&["--explain", "omi014"]);
    assert!(done.status.success());
    assert_eq!(String::from_utf8_lossy(&done.stdout), Code::SameColumn.explanation());
    let done = cli(&["--explain", "OMI999"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).starts_with("error: there is no code `OMI999`"));
    let help = String::from_utf8(cli(&["--help"]).stdout).unwrap();
    assert!(help.contains("--explain <CODE>") && help.contains("generate"), "{help}");
    assert_eq!(cli(&[]).status.code(), Some(2), "no arguments, no work");
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
