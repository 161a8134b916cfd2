//! How long the generator takes: `cargo bench -p ominipg-bench-codegen`.

use divan::{Bencher, black_box};
use ominipg_bench_codegen::{Folder, schemas};
use ominipg_codegen::{Build, generate};

fn main() {
    divan::main();
}

/// From files to the tokens that the macro gives.
#[divan::bench(args = [10, 100, 1000], sample_count = 10, sample_size = 1)]
fn to_tokens(bencher: Bencher<'_, '_>, tables: usize) {
    let folder = Folder::new(&format!("tokens-{tables}")).expect("the folder is made");
    schemas(folder.path(), tables).expect("the schemas are written");
    bencher
        .bench_local(|| black_box(generate(folder.path()).expect("the schemas are right").tokens().clone()));
}

/// From files to files, formatted.
#[divan::bench(args = [10, 100, 1000], sample_count = 10, sample_size = 1)]
fn to_files(bencher: Bencher<'_, '_>, tables: usize) {
    let folder = Folder::new(&format!("files-{tables}")).expect("the folder is made");
    schemas(folder.path(), tables).expect("the schemas are written");
    let out = Folder::new(&format!("out-{tables}")).expect("the folder is made");
    bencher.bench_local(|| {
        let output = Build::new(folder.path()).generate().expect("the schemas are right");
        // An empty folder, so that all is written.
        std::fs::remove_dir_all(out.path()).expect("it can be emptied");
        output.write(out.path()).expect("the code is written")
    });
}
