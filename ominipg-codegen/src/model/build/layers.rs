//! A schema taken apart into layers that all hold at once: itself, what its `$ref`s lead to, the parts of its `allOf`.

use super::Context;
use super::cursor::Cursor;
use crate::diagnostic::{Code, Finding};
use crate::names::closest;
use crate::read::{RefProblem, Target, nearest, resolve};

/// One part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'a> {
    pub(super) at: Cursor<'a>,
    /// Whether the layer belongs to another table's column, so that only its type counts here.
    pub(super) foreign: bool,
    /// Whether the layer is beside a `null` in an `anyOf`.
    pub(super) or_null: bool,
}

/// All parts of a schema.
#[derive(Debug, Default)]
pub(super) struct Layers<'a> {
    pub(super) all: Vec<Layer<'a>>,
    /// The other table's column that the schema takes its type from: table, property, and the place of the `$ref`.
    pub(super) column_ref: Option<(usize, String, Cursor<'a>)>,
    /// Whether the schema leads back to itself.
    pub(super) circular: bool,
    /// The table that the schema refers to as a whole, and the place of the `$ref`.
    pub(super) table_ref: Option<(usize, Cursor<'a>)>,
}

impl<'a> Layers<'a> {
    pub(super) fn of(context: &mut Context<'a, '_>, at: Cursor<'a>) -> Self {
        let mut layers = Self::default();
        layers.collect(context, at, false, false, &mut Vec::new());
        layers
    }

    fn collect(
        &mut self,
        context: &mut Context<'a, '_>,
        at: Cursor<'a>,
        foreign: bool,
        or_null: bool,
        trail: &mut Vec<*const crate::read::Node>,
    ) {
        if trail.contains(&std::ptr::from_ref(at.node)) {
            let finding = Finding::new(Code::CircularRef, at.place(), "this schema refers to itself").help(
                "a `$ref` may be recursive inside a JSON column, but a column's own type must end somewhere",
            );
            context.add(finding);
            self.circular = true;
            return;
        }
        trail.push(std::ptr::from_ref(at.node));
        self.all.push(Layer { at, foreign, or_null });
        for reference in ["$ref", "$dynamicRef"].into_iter().filter_map(|keyword| at.get(keyword)) {
            self.follow(context, reference, foreign, or_null, trail);
        }
        for part in at.get("allOf").into_iter().flat_map(Cursor::items) {
            self.collect(context, part, foreign, or_null, trail);
        }
        if let Some(part) = ["anyOf", "oneOf"].into_iter().find_map(|keyword| value_or_null(at.get(keyword)?))
        {
            self.collect(context, part, foreign, true, trail);
        }
        trail.pop();
    }

    fn follow(
        &mut self,
        context: &mut Context<'a, '_>,
        reference: Cursor<'a>,
        foreign: bool,
        or_null: bool,
        trail: &mut Vec<*const crate::read::Node>,
    ) {
        let Some((target, Target { path, .. })) = target(context, reference) else { return };
        let mut foreign = foreign;
        if let Some(table) = context.table_at(target.file, &path) {
            if !foreign {
                self.table_ref.get_or_insert((table, reference));
            }
            // A table is not the type of a column; what it is here, the caller decides.
            return;
        }
        if let [head @ .., properties, property] = path.as_slice()
            && properties == "properties"
            && let Some(table) = context.table_at(target.file, head)
        {
            if !foreign {
                self.column_ref.get_or_insert((table, property.clone(), reference));
            }
            foreign = true;
        }
        self.collect(context, target, foreign, or_null, trail);
    }

    /// The layers that describe this column itself.
    pub(super) fn own(&self) -> impl Iterator<Item = Cursor<'a>> {
        self.all.iter().filter(|layer| !layer.foreign).map(|layer| layer.at)
    }

    /// A keyword, from the outermost layer of this column that has it.
    pub(super) fn own_get(&self, keyword: &str) -> Option<Cursor<'a>> {
        self.own().find_map(|at| at.get(keyword))
    }

    /// A keyword, from the outermost layer that has it.
    pub(super) fn get(&self, keyword: &str) -> Option<Cursor<'a>> {
        self.all.iter().find_map(|layer| layer.at.get(keyword))
    }

    pub(super) fn own_extension(&self, key: &str) -> Option<Cursor<'a>> {
        self.own().find_map(|at| at.extension(key))
    }

    pub(super) fn extension(&self, key: &str) -> Option<Cursor<'a>> {
        self.all.iter().find_map(|layer| layer.at.extension(key))
    }

    pub(super) fn flag(&self, keyword: &str) -> bool {
        self.own_get(keyword).and_then(|at| at.node.bool()).unwrap_or(false)
    }
}

/// Where a `$ref` leads; a dead one is reported.
pub(super) fn target<'a>(
    context: &mut Context<'a, '_>,
    reference: Cursor<'a>,
) -> Option<(Cursor<'a>, Target)> {
    let text = reference.node.str()?;
    let sources = &context.input.sources;
    let problem = match resolve(sources, reference.file, reference.node.span, text) {
        Ok(target) => {
            let root = sources.get(target.file).root.as_ref()?;
            let node = root.at(target.path.iter().map(String::as_str))?;
            return Some((context.at(target.file, node), target));
        }
        Err(problem) => problem,
    };
    let place = reference.place();
    let finding = match problem {
        // Told when the file was looked for.
        RefProblem::NoFile => return None,
        RefProblem::NoTarget => Finding::new(Code::DeadRef, place, format!("`{text}` leads nowhere"))
            .label("nothing is there")
            .help(match nearest(sources, reference.file, reference.node.span, text) {
                Some(near) => format!("do you mean `{near}`?"),
                None => "after `#` stands a JSON pointer, such as `users.json#/properties/id` or `#/$defs/address`"
                    .to_owned(),
            }),
        RefProblem::NoAnchor(known) => {
            let finding =
                Finding::new(Code::DeadRef, place, format!("`{text}` leads to a name that is not there"));
            let name = text.split('#').nth(1).unwrap_or_default();
            finding.help(match closest(name, known.iter().map(String::as_str)) {
                Some(closest) => format!("do you mean `#{closest}`?"),
                None => {
                    "name the place with `\"$anchor\"`, or write a JSON pointer, such as `#/$defs/address`"
                        .to_owned()
                }
            })
        }
        RefProblem::Remote => {
            Finding::new(Code::RemoteRef, place, format!("`{text}` is not fetched from the network"))
                .help("put the schema into the folder, and refer to it by its path or its `$id`")
        }
    };
    context.add(finding);
    None
}

/// The other one of two alternatives of which one is `null`.
pub(super) fn value_or_null(alternatives: Cursor<'_>) -> Option<Cursor<'_>> {
    let parts: Vec<Cursor<'_>> = alternatives.items().collect();
    let is_null = |at: Cursor<'_>| at.get("type").and_then(|ty| ty.node.str()) == Some("null");
    match parts.as_slice() {
        [value, null] if is_null(*null) && !is_null(*value) => Some(*value),
        [null, value] if is_null(*null) && !is_null(*value) => Some(*value),
        _ => None,
    }
}
