use proc_macro2::Ident;

/// The operators on columns, with the methods that they become.
const METHODS: [(&str, Operator); 12] = [
    ("eq", Operator::Equal),
    ("ne", Operator::NotEqual),
    ("gt", Operator::Plain("gt")),
    ("gte", Operator::Plain("gte")),
    ("lt", Operator::Plain("lt")),
    ("lte", Operator::Plain("lte")),
    ("in", Operator::In),
    ("nin", Operator::NotIn),
    ("like", Operator::Plain("like")),
    ("ilike", Operator::Plain("ilike")),
    ("regex", Operator::Plain("regex")),
    ("exists", Operator::Exists),
];

/// An operator on a column.
#[derive(Clone, Copy)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    In,
    NotIn,
    Exists,
    /// The method of this name, of a single value.
    Plain(&'static str),
}

impl Operator {
    /// The operator of a name, which stood behind a `$`.
    pub(super) fn find(name: &Ident) -> syn::Result<Self> {
        let text = name.to_string();
        let known = METHODS.iter().find(|(known, _)| *known == text);
        known.map(|(_, operator)| *operator).ok_or_else(|| {
            let known: Vec<String> = METHODS.iter().map(|(known, _)| format!("${known}")).collect();
            let message = match text.as_str() {
                "and" | "or" | "nor" => format!("`${text}` stands beside columns, not within one"),
                _ => format!("`${text}` is no operator; known are {} and $not", known.join(", ")),
            };
            syn::Error::new(name.span(), message)
        })
    }
}
