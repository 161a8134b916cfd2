//! The notes of one person, in a folder.

use std::path::Path;

use ominipg::{ConnectOptions, Ominipg};
use uuid::Uuid;

use crate::Result;
use crate::db::{NewObservation, ObservationPatch, SCHEMA, observations};

pub struct Notes {
    pub db: Ominipg,
}

impl Notes {
    pub async fn open(folder: &Path, server: &str) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        let url = format!("file://{}", folder.display().to_string().replace('%', "%25"));
        let options = ConnectOptions::new(url).schema(&SCHEMA).create_tables(true).sync_url(server);
        Ok(Self { db: Ominipg::connect(options).await? })
    }

    pub async fn add(&self, text: String, place: String) -> Result<Uuid> {
        Ok(observations::create(NewObservation::new(place, text)).run(&self.db).await?.id)
    }

    pub async fn saw(&self, id: Uuid, more: i32) -> Result<i32> {
        let update = observations::by_key(id).update(ObservationPatch::new());
        Ok(update.set(observations::count().increment(more)).run(&self.db).await?.count)
    }

    pub async fn move_to(&self, id: Uuid, place: String) -> Result<()> {
        observations::by_key(id).update(ObservationPatch::new().place(place)).run(&self.db).await?;
        Ok(())
    }

    pub async fn fill(&self, count: usize) -> Result<()> {
        for number in 0..count {
            println!("{}", self.add(format!("Observation {number}"), "Everywhere".to_owned()).await?);
        }
        Ok(())
    }

    pub async fn list(&self) -> Result<()> {
        for note in observations::find().order_by(observations::created_at().desc()).all(&self.db).await? {
            println!("{}  {:>4} x  {}: {}", note.id, note.count, note.place, note.text);
        }
        Ok(())
    }

    pub async fn sync(&self) -> Result<()> {
        let report = self.db.sync().await?;
        println!("{} changes sent, {} merged, {} refused", report.pushed, report.merged, report.parked);
        Ok(())
    }

    pub async fn status(&self) -> Result<()> {
        let status = self.db.sync_status().await?;
        println!("{} changes wait", status.queued);
        if let Some(oldest) = status.oldest {
            println!("the oldest since {oldest}");
        }
        match status.acknowledged {
            Some(time) => println!("the server had all before at {time}"),
            None => println!("the server has nothing yet"),
        }
        for parked in status.parked {
            println!("refused: {} in {}: {}", parked.operation, parked.table, parked.message);
        }
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.db.close().await?)
    }
}
