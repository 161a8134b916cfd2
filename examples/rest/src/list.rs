//! What a list is asked for in a query string.

use ominipg::{After, Find, Order, Page};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::resource::Resource;

/// Rows of a page that says nothing of it, and of the largest.
const ROWS: u64 = 20;
const MOST_ROWS: u64 = 100;

/// `?filter=…&sort=…&limit=…&after=…`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// A MongoDB-style filter.
    filter: Option<String>,
    /// Properties to sort by; `-` before one turns it around.
    sort: Option<String>,
    limit: Option<u64>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl Listing {
    /// The search for what is listed.
    pub fn find<M: Resource>(&self) -> Result<Find<M>, Failure> {
        let mut find = Find::new();
        if let Some(filter) = &self.filter {
            let filter: Value = serde_json::from_str(filter)
                .map_err(|error| Failure::not_understood(format!("`filter` is no JSON: {error}")))?;
            find = find.filter_json_within(&M::policy(), &filter)?;
        }
        let keys = self.sort.iter().flat_map(|sort| sort.split(','));
        Ok(find.order_by(keys.map(order).collect::<Result<Vec<_>, _>>()?))
    }

    /// Where the page begins.
    pub fn page(&self) -> Result<After, Failure> {
        match self.limit.unwrap_or(ROWS) {
            rows @ 1..=MOST_ROWS => Ok(After::maybe(rows, self.after.clone())),
            _ => Err(Failure::not_understood(format!("`limit` is a number from 1 to {MOST_ROWS}"))),
        }
    }
}

fn order<M: Resource>(key: &str) -> Result<Order<M>, Failure> {
    let (name, descending) = key.strip_prefix('-').map_or((key, false), |name| (name, true));
    let order = M::sorted_by().into_iter().find(|(property, ..)| *property == name);
    let Some((_, ascending, turned)) = order else {
        let known: Vec<&str> = M::sorted_by().into_iter().map(|(property, ..)| property).collect();
        let message = format!("`sort` takes no `{name}`; known are {}", known.join(", "));
        return Err(Failure::not_understood(message));
    };
    Ok(if descending { turned } else { ascending })
}

/// A page as it is answered.
pub fn answer<T: Serialize>(page: &Page<T>) -> Value {
    json!({ "items": page.items, "next": page.next })
}
