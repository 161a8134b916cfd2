//! Checks as keywords, where they are of the forms that schemas become.

use serde_json::{Number, Value};

use super::json::{Json, Object};
use super::tokens::{Token, tokens};
use crate::shape::means_the_same;

/// What a check says of its column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Keyword(&'static str, Json),
    /// The values that there are.
    Values(Vec<String>),
    /// The values that elements may have.
    Elements(Vec<String>),
}

/// What a check's definition says of a column, all of it, or nothing; `name` is that of the constraint.
pub(super) fn said(definition: &str, column: &str, name: &str) -> Option<Vec<Said>> {
    let condition = definition.strip_prefix("CHECK ")?;
    let tokens = tokens(condition)?;
    let is_and = |token: &Token| matches!(token, Token::Word(word) if word == "AND");
    tokens.split(is_and).map(|part| one(part, column, name)).collect()
}

fn one(tokens: &[Token], column: &str, name: &str) -> Option<Said> {
    use Token::{Number, Sign, Text, Word};
    let keyword =
        |key, value: serde_json::Number| Some(Said::Keyword(key, Json::Plain(Value::Number(value))));
    match tokens {
        [Word(of), Sign(operator), bound @ (Number(_) | Text(_))] if of == column => {
            match (operator.as_str(), bound) {
                ("~", Text(pattern)) if means_the_same(pattern) => {
                    Some(Said::Keyword("pattern", Json::text(pattern)))
                }
                ("=", Text(text)) if name.ends_with("_const") => {
                    Some(Said::Keyword("const", Json::text(text)))
                }
                ("=", Text(text)) => Some(Said::Values(vec![text.clone()])),
                ("=", _) => keyword("const", number(bound)?),
                (">=", _) => keyword("minimum", number(bound)?),
                ("<=", _) => keyword("maximum", number(bound)?),
                (">", _) => keyword("exclusiveMinimum", number(bound)?),
                ("<", _) => keyword("exclusiveMaximum", number(bound)?),
                _ => None,
            }
        }
        [Word(of), Sign(equal), Word(truth)] if of == column && equal == "=" => {
            let truth = truth.parse::<bool>().ok()?;
            Some(Said::Keyword("const", Json::Plain(Value::Bool(truth))))
        }
        [Word(of)] if of == column => Some(Said::Keyword("const", Json::Plain(Value::Bool(true)))),
        [Word(of), Sign(percent), divisor, Sign(equal), Number(zero)]
            if of == column && percent == "%" && equal == "=" && zero == "0" =>
        {
            keyword("multipleOf", number(divisor)?)
        }
        [Word(function), Word(of), Sign(operator), bound] if of == column => {
            let bound = number(bound)?.as_u64()?;
            let (least, most) = match function.as_str() {
                "char_length" | "character_length" | "length" => ("minLength", "maxLength"),
                "cardinality" => ("minItems", "maxItems"),
                _ => return None,
            };
            match operator.as_str() {
                ">=" => keyword(least, bound.into()),
                ">" => keyword(least, bound.checked_add(1)?.into()),
                "<=" => keyword(most, bound.into()),
                "<" => keyword(most, bound.checked_sub(1)?.into()),
                _ => None,
            }
        }
        [Word(of), Sign(equal), Word(any), Word(array), rest @ ..]
            if of == column && equal == "=" && any == "ANY" && array == "ARRAY" =>
        {
            texts(rest).map(Said::Values)
        }
        [Word(of), Sign(within), Word(array), rest @ ..]
            if of == column && within == "<@" && array == "ARRAY" =>
        {
            texts(rest).map(Said::Elements)
        }
        _ => None,
    }
}

fn number(token: &Token) -> Option<Number> {
    let (Token::Number(text) | Token::Text(text)) = token else { return None };
    serde_json::from_str(text).ok()
}

/// The texts of `['a', 'b']`.
fn texts(tokens: &[Token]) -> Option<Vec<String>> {
    let [Token::Sign(open), inside @ .., Token::Sign(close)] = tokens else { return None };
    if open != "[" || close != "]" {
        return None;
    }
    let is_comma = |token: &Token| matches!(token, Token::Sign(sign) if sign == ",");
    let one = |part: &[Token]| match part {
        [Token::Text(text)] => Some(text.clone()),
        _ => None,
    };
    inside.split(is_comma).map(one).collect()
}

/// Puts keywords where they belong; what a property says already stands in `allOf`.
pub(super) fn put(said: &[Said], property: &mut Object) {
    let mut further: Vec<Json> = Vec::new();
    for said in said {
        let Said::Keyword(keyword, value) = said else { continue };
        if property.has(keyword) {
            further.push(Json::Object(vec![((*keyword).to_owned(), value.clone())]));
        } else {
            property.set(keyword, value.clone());
        }
    }
    if !further.is_empty() {
        property.set("allOf", Json::List(further));
    }
}
