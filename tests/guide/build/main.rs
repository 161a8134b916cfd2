//! Makes a module of each chapter of `docs/guide`: its Rust blocks, each on the line that it has in the chapter.

mod block;
mod chapter;

use std::path::{Path, PathBuf};
use std::{env, fs};

use self::chapter::Chapter;

const GUIDE: &str = "../../docs/guide";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={GUIDE}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("there is no OUT_DIR")?);
    let mut files: Vec<PathBuf> =
        fs::read_dir(GUIDE)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "md"));
    files.sort();
    let mut chapters = String::new();
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let text = fs::read_to_string(file)?;
        let chapter = Chapter::read(&name(file)?, &text)
            .map_err(|(line, why)| format!("{}:{line}: {why}", file.display()))?;
        if chapter.blocks.is_empty() {
            continue;
        }
        // The file has the chapter's name, so that the compiler's messages have it too.
        let place = out.join(format!("{}.md.rs", chapter.name));
        fs::write(&place, chapter.code(&text))?;
        chapters.push_str(&chapter.module(&place));
    }
    Ok(fs::write(out.join("chapters.rs"), chapters)?)
}

fn name(file: &Path) -> Result<String, String> {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    stem.map(str::to_owned).ok_or_else(|| format!("{} has no name", file.display()))
}
