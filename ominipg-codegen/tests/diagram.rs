//! Pictures of the golden schemas: as they are kept, well-formed, and with no box on another.
//!
//! `OMINIPG_UPDATE=1` writes what is given today.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use ominipg_codegen::{Build, DiagramFormat};

fn cases() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = |name: &str| (name.to_owned(), root.join("tests/golden").join(name).join("schemas"));
    vec![("blog".to_owned(), root.join("../schemas/blog")), golden("keys"), golden("names"), golden("sql")]
}

#[test]
fn pictures_are_what_is_kept() {
    for (name, schemas) in cases() {
        for (format, ending) in [(DiagramFormat::Mermaid, "mmd"), (DiagramFormat::Svg, "svg")] {
            let found = Build::new(&schemas).diagram(format).expect("the schemas are right");
            let kept =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagrams").join(format!("{name}.{ending}"));
            if env::var_os("OMINIPG_UPDATE").is_some() {
                fs::create_dir_all(kept.parent().expect("it has one")).expect("a folder is made");
                fs::write(&kept, &found).expect("a file is written");
            }
            assert!(fs::read_to_string(&kept).unwrap_or_default() == found, "{} has changed", kept.display());
        }
    }
}

/// The numbers of the attributes of every box.
fn boxes(svg: &str) -> Vec<[usize; 4]> {
    let number = |text: &str, name: &str| -> usize {
        let (_, rest) = text.split_once(&format!(" {name}=\"")).expect("it has the attribute");
        rest.split('"').next().expect("it ends").parse().expect("it is a number")
    };
    let parts = svg.split("<rect class=\"box\"").skip(1);
    parts.map(|part| ["x", "y", "width", "height"].map(|name| number(part, name))).collect()
}

#[test]
fn no_box_is_on_another() {
    for (name, schemas) in cases() {
        let svg = Build::new(&schemas).diagram(DiagramFormat::Svg).expect("the schemas are right");
        let boxes = boxes(&svg);
        let tables = Build::new(&schemas).generate().expect("the schemas are right").files().len() - 1;
        assert_eq!(boxes.len(), tables, "{name}");
        for (index, [x, y, width, height]) in boxes.iter().enumerate() {
            for [left, top, wide, tall] in &boxes[..index] {
                let apart = x + width <= *left || left + wide <= *x || y + height <= *top || top + tall <= *y;
                assert!(apart, "{name}");
            }
        }
    }
}

/// Every element that begins ends, and no text has what would begin one.
#[test]
fn pictures_are_well_formed() {
    for (name, schemas) in cases() {
        let svg = Build::new(&schemas).diagram(DiagramFormat::Svg).expect("the schemas are right");
        let mut open: Vec<&str> = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, text) = tag.split_once('>').unwrap_or_else(|| panic!("{name}: {tag}"));
            assert!(!text.contains('>'), "{name}: {text}");
            let words = tag.trim_end_matches('/').trim_start_matches('/');
            let element = words.split_whitespace().next().expect("it has a name");
            match (tag.starts_with('/'), tag.ends_with('/')) {
                (true, _) => assert_eq!(open.pop(), Some(element), "{name}"),
                (_, true) => {}
                _ => open.push(element),
            }
        }
        assert_eq!(open, Vec::<&str>::new(), "{name}");
        assert!(
            svg.split('&')
                .skip(1)
                .all(|rest| ["amp;", "lt;", "gt;", "quot;"].iter().any(|name| rest.starts_with(name)))
        );
    }
}

#[test]
fn the_command_prints_or_writes() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"));
        let command = command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("diagram").arg("../schemas/blog");
        command.args(arguments).output().expect("the program runs")
    };
    let text = String::from_utf8(run(&[]).stdout).expect("it is UTF-8");
    for line in [
        "    users ||--o{ posts : \"authorId\"\n",
        "    users |o--o{ comments : \"userId\"\n",
        "        uuid authorId FK",
        "        int8 postId PK, FK",
        "        text email UK",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let out = env::temp_dir().join(format!("ominipg-diagram-{}.svg", std::process::id()));
    let done = run(&["--format", "svg", "--out", &out.to_string_lossy()]);
    assert!(done.status.success());
    assert!(fs::read_to_string(&out).expect("it is written").starts_with("<svg xmlns="));
    fs::remove_file(out).expect("it is removed");
}
