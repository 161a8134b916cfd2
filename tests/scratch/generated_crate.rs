//! A crate that `generate --crate` writes.

use std::fs;
use std::path::Path;

use ominipg_codegen::{Build, Code, Crate};

use crate::project::Project;

#[test]
fn it_compiles_and_keeps_what_is_not_its_own() {
    // The crate depends on a package `ominipg`, which hands on the library that was built already.
    let project = Project::new("crate", &[("built", "ominipg")]);
    project.write(
        "ominipg/Cargo.toml",
        "[workspace]\n\n[package]\nname = \"ominipg\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    project.write("ominipg/src/lib.rs", "pub use built::*;\n");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("ominipg-codegen/tests/golden");
    let shop = Build::new(golden.join("shop/schemas")).generate().expect("the schemas are right");
    let manifest = Crate::new("shop-db").version("1.2.3").ominipg_path("../ominipg");
    let folder = project.folder().join("db");
    let written = shop.write_crate(&folder, &manifest).expect("it is written");
    assert_eq!(written.changed[..2], ["Cargo.toml", "src/lib.rs"]);
    assert_eq!(written.changed.len(), 7);
    let checked = project.check("db");
    assert!(checked.succeeded, "{:?}\n{}", checked.errors, checked.stderr);
    let text = fs::read_to_string(folder.join("Cargo.toml")).expect("it is there");
    assert!(text.contains("name = \"shop-db\"\nversion = \"1.2.3\"\n"), "{text}");

    assert_eq!(shop.write_crate(&folder, &manifest).expect("it is written").changed.len(), 0);
    shop.check_crate(&folder, &manifest).expect("it is what the schemas give");
    let other = shop.check_crate(&folder, &Crate::new("shop-db").ominipg_path("../ominipg"));
    let error = other.expect_err("the version is another");
    assert!(error.to_string().contains("-version = \"1.2.3\"\n+version = \"0.1.0\"\n"), "{error}");

    // Fewer tables, and a manifest that has become the user's own.
    let own = text.split_once("\n\n").expect("the header stands alone").1;
    project.write("db/Cargo.toml", own);
    project.write("db/src/more.rs", "// mine\n");
    let upstream = Build::new(golden.join("upstream/schemas")).generate().expect("the schemas are right");
    let written = upstream.write_crate(&folder, &Crate::new("other")).expect("it is written");
    assert!(written.deleted.contains(&"src/order_lines.rs".to_owned()), "{written:?}");
    assert!(!written.changed.contains(&"Cargo.toml".to_owned()), "{written:?}");
    assert_eq!(fs::read_to_string(folder.join("Cargo.toml")).expect("it is there"), own);
    assert!(folder.join("src/more.rs").exists());
    upstream.check_crate(&folder, &Crate::new("other")).expect("the manifest is not looked at");
    assert!(project.check("db").succeeded);

    let error = upstream.write_crate(&folder, &Crate::new("no name")).expect_err("it is no name");
    assert_eq!(error.diagnostics()[0].code, Code::BadSetting);
    project.write("db/src/users.rs", "// mine\n");
    project.write("db/src/lib.rs", "// mine\n");
    let error = upstream.write_crate(&folder, &manifest).expect_err("the root is not generated");
    assert_eq!(error.diagnostics()[0].code, Code::ForeignFile);
}
