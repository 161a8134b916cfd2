use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::token::{Brace, Bracket};
use syn::{Expr, Lit, Path, Token, braced, bracketed};

use super::literal::{Call, Column, Entry, Filter, Operand, Test};
use super::operator::Operator;

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Err(
                input.error("write a table's module and a filter: `filter!(users, { age: { $gte: 18 } })`")
            );
        }
        let table: Path = input.parse()?;
        input.parse::<Token![,]>()?;
        let filter = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() {
            Ok(Self { table, filter })
        } else {
            Err(input.error("a filter is one `{ … }`"))
        }
    }
}

impl Parse for Filter {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Brace) {
            return Err(input.error("a filter is `{ … }`, as in `{ age: { $gte: 18 } }`"));
        }
        let content;
        let span = braced!(content in input).span.join();
        Ok(Self { span, entries: list(&content)? })
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Token![$]) {
            let column = Column::parse(input)?;
            input.parse::<Token![:]>()?;
            return Ok(Self::Column(column, tests(input)?));
        }
        input.parse::<Token![$]>()?;
        let name = Ident::parse_any(input)?;
        input.parse::<Token![:]>()?;
        match name.to_string().as_str() {
            "and" => filters(input, &name).map(Self::And),
            "or" => filters(input, &name).map(Self::Or),
            "nor" => filters(input, &name).map(Self::Nor),
            "not" => input.parse().map(Self::Not),
            _ => {
                let message = format!("`${name}` does not stand here; known are $and, $or, $nor and $not");
                Err(syn::Error::new(name.span(), message))
            }
        }
    }
}

impl Parse for Column {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input).map_err(|error| {
            syn::Error::new(error.span(), "expected a column, or `$and`, `$or`, `$nor` or `$not`")
        })?;
        // The function of a column that has a keyword for its name.
        let name = match syn::parse_str::<Ident>(&name.to_string()) {
            Ok(_) => name,
            Err(_) => Ident::new_raw(&name.to_string(), name.span()),
        };
        let mut path = Vec::new();
        while input.parse::<Option<Token![.]>>()?.is_some() {
            path.push(match input.parse::<Option<Lit>>()? {
                // `0.1` is one number to the compiler.
                Some(Lit::Int(number)) => number.to_string(),
                Some(Lit::Float(number)) => number.to_string(),
                Some(Lit::Str(text)) => text.value(),
                Some(other) => return Err(syn::Error::new(other.span(), "a path has keys and positions")),
                None => Ident::parse_any(input)?.unraw().to_string(),
            });
        }
        Ok(Self { name, path: path.join(".") })
    }
}

impl Parse for Test {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Token![$]) {
            let message = "expected an operator, such as `$gte`; a value with braces stands in parentheses";
            return Err(input.error(message));
        }
        input.parse::<Token![$]>()?;
        let name = Ident::parse_any(input)?;
        let span = name.span();
        if name == "not" {
            input.parse::<Token![:]>()?;
            if !input.peek(Brace) {
                return Err(input.error("`$not` takes operators, as in `{ $not: { $gte: 18 } }`"));
            }
            return tests(input).map(Self::Not);
        }
        let operator = Operator::find(&name)?;
        input.parse::<Token![:]>()?;
        Ok(Self::Operator(operator, span, input.parse()?))
    }
}

impl Parse for Operand {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Bracket) {
            // A list that something follows is an expression, as `[a, b][0]`.
            let ahead = input.fork();
            let content;
            bracketed!(content in ahead);
            if ahead.is_empty() || ahead.peek(Token![,]) {
                let content;
                bracketed!(content in input);
                return list(&content)
                    .map(|items| Self::List(items.into_iter().map(|Item(item)| item).collect()));
            }
        }
        input.parse().map(|Item(item)| item.map_or(Self::Null, Self::Value))
    }
}

/// A value, or `None` for `null`.
struct Item(Option<Expr>);

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let value: Expr = input.parse()?;
        Ok(Self(match value {
            Expr::Path(path) if path.path.is_ident("null") => None,
            // A method's argument needs none.
            Expr::Paren(inside) => Some(*inside.expr),
            value => Some(value),
        }))
    }
}

/// Operators in braces, or a value to be equal to.
fn tests(input: ParseStream<'_>) -> syn::Result<Vec<Test>> {
    if !input.peek(Brace) {
        let span = input.span();
        return Ok(vec![Test::Operator(Operator::Equal, span, input.parse()?)]);
    }
    let content;
    let braces = braced!(content in input);
    if content.is_empty() {
        return Err(syn::Error::new(braces.span.join(), "an operator is missing, such as `$gte: 18`"));
    }
    list(&content)
}

/// `[{ … }, { … }]`
fn filters(input: ParseStream<'_>, operator: &Ident) -> syn::Result<Vec<Filter>> {
    let needed = |span: Span| {
        syn::Error::new(
            span,
            format!("`${operator}` takes a list of filters that is not empty: `[{{ … }}, {{ … }}]`"),
        )
    };
    if !input.peek(Bracket) {
        return Err(needed(input.span()));
    }
    let content;
    let brackets = bracketed!(content in input);
    if content.is_empty() { Err(needed(brackets.span.join())) } else { list(&content) }
}

/// Items with commas between, and perhaps one more.
fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    Ok(input.parse_terminated(T::parse, Token![,])?.into_iter().collect())
}
