//! What a request hears that cannot be answered.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ominipg::{Error, ErrorKind};
use serde_json::{Value, json};

/// A status and a body of JSON, whose `error` says why.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    body: Value,
}

impl Failure {
    /// A status with its reason.
    pub fn new(status: StatusCode, error: impl ToString) -> Self {
        Self { status, body: json!({ "error": error.to_string() }) }
    }

    /// 404.
    pub fn missing(error: impl ToString) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// 400.
    pub fn not_understood(error: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// 422, with the rules that are broken and where.
    pub fn invalid(violations: impl IntoIterator<Item = (String, &'static str, String)>) -> Self {
        let violations: Vec<Value> = violations
            .into_iter()
            .map(|(pointer, keyword, message)| json!({ "pointer": pointer, "keyword": keyword, "message": message }))
            .collect();
        let body = json!({ "error": "the value breaks its schema", "violations": violations });
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, body }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Invalid => {
                Self::invalid(error.violations().iter().map(|violation| {
                    (violation.pointer.clone(), violation.keyword, violation.message.clone())
                }))
            }
            ErrorKind::Filter | ErrorKind::Parameter => Self::not_understood(error),
            ErrorKind::NotFound => Self::missing(error),
            _ if error.is_unique_violation() || error.is_foreign_key_violation() => {
                let told = "another row has this value already, or a row is missing or still referred to";
                let mut failure = Self::new(StatusCode::CONFLICT, told);
                failure.body["constraint"] = error.constraint().into();
                failure
            }
            ErrorKind::Busy | ErrorKind::Timeout | ErrorKind::Connect | ErrorKind::Connection => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the database is busy: try again")
            }
            _ => {
                // Whoever asked learns nothing of the inside; whoever runs the service does.
                eprintln!("{error}; statement: {:?}", error.statement());
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here")
            }
        }
    }
}

impl From<QueryRejection> for Failure {
    fn from(rejection: QueryRejection) -> Self {
        Self::not_understood(rejection.body_text())
    }
}

impl From<PathRejection> for Failure {
    fn from(_: PathRejection) -> Self {
        Self::missing("no row has such a key")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, "application/json")], self.body.to_string()).into_response()
    }
}
