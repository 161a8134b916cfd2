//! Serves the blog over HTTP.
//!
//! ```sh
//! cargo run --release -p ominipg-example-rest                                # in memory, on port 3000
//! cargo run --release -p ominipg-example-rest -- --url file://./blog-data    # or postgresql://…
//! curl -G localhost:3000/users --data-urlencode 'filter={"name":{"$ilike":"a%"}}'
//! ```

use clap::Parser;
use ominipg::{ConnectOptions, Ominipg};
use ominipg_example_rest::{db, router};
use tokio::net::TcpListener;

/// A blog as a REST service.
#[derive(Debug, Parser)]
struct Arguments {
    /// The database: `:memory:`, `file://./folder` or `postgresql://…`.
    #[arg(long, default_value = ":memory:")]
    url: String,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { url, listen } = Arguments::parse();
    let database = Ominipg::connect(ConnectOptions::new(url).schema(&db::SCHEMA).create_tables(true)).await?;
    let listener = TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stopped = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("Ctrl-C cannot be heard: {error}");
        }
    };
    axum::serve(listener, router(database.clone())).with_graceful_shutdown(stopped).await?;
    Ok(database.close().await?)
}
