//! Folders that go with their test, and databases that are made of schemas.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use ominipg_codegen::{Build, Migrate, migrations};
use ominipg_runtime::{Catalog, Migration, Migrations, Ominipg, Schema};

/// A folder with schemas and migrations.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("ominipg-migrate-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder is made");
        Self(path)
    }

    /// Takes these schemas in place of those before.
    pub(crate) fn schemas(&self, files: &[(String, String)]) -> &Self {
        let folder = self.0.join("schemas");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder is made");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("a file is written");
        }
        self
    }

    /// Takes the table `users` in place of what was before.
    pub(crate) fn users(&self, text: &str) -> &Self {
        self.schemas(&[("users.json".to_owned(), text.to_owned())])
    }

    pub(crate) fn migrate(&self) -> Migrate {
        Migrate::new(Build::new(self.0.join("schemas")), self.migrations())
    }

    pub(crate) fn migrations(&self) -> PathBuf {
        self.0.join("migrations")
    }

    /// The migrations as a program has them.
    pub(crate) fn all(&self) -> Migrations {
        read(&self.migrations())
    }

    /// What the schemas make, once it is made.
    pub(crate) fn schema(&self) -> Schema {
        let output = Build::new(self.0.join("schemas")).generate().expect("the schemas are right");
        let ddl: Vec<&'static str> =
            output.ddl().iter().map(|sql| &*Box::leak(sql.clone().into_boxed_str())).collect();
        Schema { tables: &[], ddl: Vec::leak(ddl) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn read(folder: &Path) -> Migrations {
    let files = migrations(folder).expect("the migrations are in order");
    let one = |file: ominipg_codegen::MigrationFile| Migration {
        number: file.number,
        name: file.name.into(),
        sql: file.sql.into(),
    };
    Migrations::from_vec(files.into_iter().map(one).collect())
}

pub(crate) async fn open() -> Ominipg {
    Ominipg::connect(":memory:").await.expect("it opens")
}

pub(crate) async fn create(schema: &Schema) -> Ominipg {
    let db = open().await;
    for statement in schema.ddl {
        db.batch_execute(statement).await.unwrap_or_else(|error| panic!("{error}\n{statement}"));
    }
    db
}

/// The catalog without what a change leaves in its order: columns that were added stand last.
pub(crate) async fn catalog(db: &Ominipg) -> Catalog {
    let mut catalog = db.catalog().await.expect("the catalog answers");
    for table in &mut catalog.tables {
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
    }
    catalog
}
