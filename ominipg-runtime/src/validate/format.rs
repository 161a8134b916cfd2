use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::json;

use super::text::{Text, TextNode};

macro_rules! formats {
    ($($variant:ident = $name:literal,)*) => {
        /// A `format` that text is checked against, as the `jsonschema` crate does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Format {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Format {
            /// Every format.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that schemas use.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

formats! {
    Date = "date",
    DateTime = "date-time",
    Duration = "duration",
    Email = "email",
    Hostname = "hostname",
    IdnEmail = "idn-email",
    IdnHostname = "idn-hostname",
    Ipv4 = "ipv4",
    Ipv6 = "ipv6",
    Iri = "iri",
    IriReference = "iri-reference",
    JsonPointer = "json-pointer",
    Regex = "regex",
    RelativeJsonPointer = "relative-json-pointer",
    Time = "time",
    Uri = "uri",
    UriReference = "uri-reference",
    UriTemplate = "uri-template",
    Uuid = "uuid",
}

impl Format {
    /// Whether `text` is of this format.
    pub(crate) fn accepts(self, text: &str) -> bool {
        static VALIDATORS: [OnceLock<Validator<Text>>; Format::ALL.len()] =
            [const { OnceLock::new() }; Format::ALL.len()];
        let validator = VALIDATORS[self as usize].get_or_init(|| {
            let schema = json!({ "format": self.name() });
            let options = jsonschema::options_for::<Text>().should_validate_formats(true);
            options.build(&schema).expect("a schema of a known format is valid")
        });
        validator.is_valid(TextNode(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_enforced() {
        for format in Format::ALL {
            let nonsense = ["", " \u{0} [", "\\{", "%%", "a b"];
            let accepted = nonsense.iter().filter(|text| format.accepts(text)).count();
            assert!(accepted < nonsense.len(), "{} accepts everything", format.name());
        }
        assert!(Format::Email.accepts("ada@example.com") && !Format::Email.accepts("ada"));
        assert!(
            Format::IdnEmail.accepts("jürgen@müller.example")
                && !Format::Email.accepts("jürgen@müller.example")
        );
        assert!(Format::Uri.accepts("https://example.com/a?b#c") && !Format::Uri.accepts("/a"));
        assert!(Format::Hostname.accepts("example.com") && !Format::Hostname.accepts("-a-"));
    }
}
