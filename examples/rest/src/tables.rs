//! The tables that the service shows, and what it lets others ask of them.

use ominipg::JsonPolicy;

use crate::db::{Post, PostKey, Tag, TagKey, User, UserKey, posts, tags, users};
use crate::resource::{Resource, Sorted, sorted};

impl Resource for User {
    const PATH: &'static str = "/users";

    fn key(&self) -> UserKey {
        self.id
    }

    fn policy() -> JsonPolicy<Self> {
        let columns =
            (users::email(), users::name(), users::age(), users::role(), users::address(), users::tags());
        JsonPolicy::new().columns(columns).depth(8).conditions(50)
    }

    fn sorted_by() -> Vec<Sorted<Self>> {
        vec![
            sorted("name", users::name()),
            sorted("age", users::age()),
            sorted("createdAt", users::created_at()),
        ]
    }
}

impl Resource for Post {
    const PATH: &'static str = "/posts";

    fn key(&self) -> PostKey {
        self.id
    }

    fn policy() -> JsonPolicy<Self> {
        let columns =
            (posts::title(), posts::author_id(), posts::published_at(), posts::rating(), posts::meta());
        JsonPolicy::new().columns(columns).depth(8).conditions(50)
    }

    fn sorted_by() -> Vec<Sorted<Self>> {
        vec![
            sorted("title", posts::title()),
            sorted("publishedAt", posts::published_at()),
            sorted("rating", posts::rating()),
        ]
    }
}

impl Resource for Tag {
    const PATH: &'static str = "/tags";

    fn key(&self) -> TagKey {
        self.id
    }

    fn policy() -> JsonPolicy<Self> {
        JsonPolicy::new().columns(tags::name())
    }

    fn sorted_by() -> Vec<Sorted<Self>> {
        vec![sorted("name", tags::name())]
    }
}
