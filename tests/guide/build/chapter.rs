use std::path::Path;

use super::block::{Block, Kind};

/// A chapter's blocks.
pub struct Chapter {
    pub name: String,
    pub blocks: Vec<Block>,
}

impl Chapter {
    /// Finds the blocks; an error has its line.
    pub fn read(name: &str, text: &str) -> Result<Self, (usize, String)> {
        let mut blocks = Vec::new();
        let (mut open, mut given) = (None, String::new());
        for (index, line) in text.lines().enumerate() {
            let (number, line) = (index + 1, line.trim_end());
            if let Some(info) = line.strip_prefix("```") {
                open = match open.take() {
                    None => {
                        let kind = Kind::read(info).map_err(|why| (number, why))?;
                        Some((kind, number, std::mem::take(&mut given)))
                    }
                    Some((Some(kind), begin, given)) => {
                        blocks.push(Block { kind, begin, end: number, given });
                        None
                    }
                    Some((None, ..)) => None,
                };
            } else if open.is_none() {
                match line.strip_prefix("<!-- given: ").and_then(|rest| rest.strip_suffix(" -->")) {
                    Some(more) => given.push_str(more),
                    None if line.is_empty() => {}
                    None => given.clear(),
                }
            }
        }
        match open {
            Some((_, number, _)) => Err((number, "the block does not end".to_owned())),
            None => Ok(Self { name: name.to_owned(), blocks }),
        }
    }

    /// The blocks as Rust, with an empty line for each other line of the chapter.
    pub fn code(&self, text: &str) -> String {
        let mut code = String::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let line = self.blocks.iter().find_map(|block| match number {
                number if number == block.begin => Some(block.head()),
                number if number == block.end => Some(block.tail().to_owned()),
                number if block.begin < number && number < block.end => Some(line.to_owned()),
                _ => None,
            });
            code.push_str(&line.unwrap_or_default());
            code.push('\n');
        }
        code
    }

    /// The module of the chapter, with a test that runs what is to be run.
    pub fn module(&self, code: &Path) -> String {
        let name = self.name.to_lowercase().replace('-', "_");
        let runs: String = self
            .blocks
            .iter()
            .filter(|block| block.kind == Kind::Run)
            .map(|block| {
                format!(
                    "crate::run(\"docs/guide/{}.md:{}\", {}).await;\n",
                    self.name,
                    block.begin,
                    block.name()
                )
            })
            .collect();
        format!(
            "mod {name} {{\nuse crate::prelude::*;\ninclude!({code:?});\n\
             #[tokio::test(flavor = \"multi_thread\", worker_threads = 2)]\nasync fn blocks_run() {{\n{runs}}}\n}}\n"
        )
    }
}
