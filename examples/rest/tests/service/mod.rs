//! The service, and ways to ask it.

mod program;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use ominipg::{ConnectOptions, Ominipg};
use ominipg_example_rest::{db, router};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) use self::program::Program;

/// The router on a database of its own.
pub(crate) struct Service(Router);

/// What it answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
}

impl Service {
    pub(crate) async fn open() -> Self {
        let options = ConnectOptions::new(":memory:").schema(&db::SCHEMA).create_tables(true);
        Self(router(Ominipg::connect(options).await.expect("it opens")))
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::from(body.to_owned())).expect("it is a request");
        let response = self.0.clone().oneshot(request).await.expect("it always answers");
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.map(|location| location.to_str().expect("it is text").to_owned());
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("it is short");
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes)))
        };
        Answer { status, location, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, &body.to_string()).await
    }

    /// A list with a query; what is empty is left out of it.
    pub(crate) async fn list(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let pairs = query.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={}", escaped(value))).collect();
        self.get(&format!("{path}?{}", pairs.join("&"))).await
    }
}

/// A text as a part of a query.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
