//! The picture: boxes with columns, and lines with crow's feet.

use super::entity::{Diagram, Entity, Line, Row};
use super::layout::{Layout, Place, layout};
use super::text::{escaped, width};

const HEAD: usize = 28;
const ROW: usize = 20;
const PADDING: usize = 10;
const MARKS: usize = 52;
const GAP: usize = 18;
/// How far a line goes straight before it bends, and a foot is long.
const STRAIGHT: usize = 14;

const STYLE: &str = "\
.sheet{fill:#fff}.box{fill:#fff;stroke:#94a3b8}.head{fill:#e2e8f0;stroke:#94a3b8}\
.stripe{fill:#f8fafc}text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#0f172a}\
.name{font-weight:700}.key{font-weight:700}.type{fill:#475569}.mark{fill:#b45309;font-size:10px}\
.line{fill:none;stroke:#475569;stroke-width:1.3}.loose{stroke-dasharray:5 4}.ring{fill:#fff;stroke:#475569;stroke-width:1.3}";

pub(super) fn print(diagram: &Diagram) -> String {
    let sizes: Vec<(usize, usize)> = diagram.entities.iter().map(size).collect();
    let lines: Vec<(usize, usize)> = diagram.lines.iter().map(|line| (line.from, line.to)).collect();
    let Layout { places, width, height } = layout(&sizes, &lines);
    // Loops stand out to the right of their box.
    let width = width + if diagram.lines.is_empty() { 0 } else { 3 * STRAIGHT };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>Tables and what leads from one to another</title>\n<style>{STYLE}</style>\n\
         <rect class=\"sheet\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    for line in &diagram.lines {
        out.push_str(&connection(line, &places));
    }
    for (entity, place) in diagram.entities.iter().zip(&places) {
        out.push_str(&table(entity, place));
    }
    out.push_str("</svg>\n");
    out
}

fn size(entity: &Entity) -> (usize, usize) {
    let names = entity.rows.iter().map(|row| width(&row.name)).max().unwrap_or_default();
    let types = entity.rows.iter().map(|row| width(&shown_type(row))).max().unwrap_or_default();
    let rows = MARKS + names + GAP + types;
    let wide = rows.max(width(&entity.name) + PADDING) + 2 * PADDING;
    (wide, HEAD + ROW * entity.rows.len() + PADDING / 2)
}

fn shown_type(row: &Row) -> String {
    if row.nullable { format!("{}?", row.ty) } else { row.ty.clone() }
}

fn table(entity: &Entity, place: &Place) -> String {
    let Place { x, y, width: wide, height } = *place;
    let mut out = "<g>".to_owned();
    if let Some(comment) = &entity.comment {
        out.push_str(&format!("<title>{}</title>", escaped(comment)));
    }
    out.push_str(&format!(
        "\n<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{height}\" rx=\"5\"/>\n\
         <path class=\"head\" d=\"M{x} {bottom}V{top}q0 -5 5 -5H{right}q5 0 5 5V{bottom}z\"/>\n\
         <text class=\"name\" x=\"{left}\" y=\"{base}\">{name}</text>\n",
        bottom = y + HEAD,
        top = y + 5,
        right = x + wide - 5,
        left = x + PADDING,
        base = y + 19,
        name = escaped(&entity.name),
    ));
    for (index, row) in entity.rows.iter().enumerate() {
        let top = y + HEAD + ROW * index;
        if index % 2 == 1 {
            out.push_str(&format!(
                "<rect class=\"stripe\" x=\"{}\" y=\"{top}\" width=\"{}\" height=\"{ROW}\"/>\n",
                x + 1,
                wide - 2
            ));
        }
        let base = top + 14;
        let marks = row.marks().join(" ");
        if !marks.is_empty() {
            out.push_str(&format!("<text class=\"mark\" x=\"{}\" y=\"{base}\">{marks}</text>", x + PADDING));
        }
        let class = if row.is_key { " class=\"key\"" } else { "" };
        let title =
            row.comment.as_ref().map_or(String::new(), |text| format!("<title>{}</title>", escaped(text)));
        out.push_str(&format!(
            "<text{class} x=\"{}\" y=\"{base}\">{title}{}</text><text class=\"type\" x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>\n",
            x + PADDING + MARKS,
            escaped(&row.name),
            x + wide - PADDING,
            escaped(&shown_type(row)),
        ));
    }
    out.push_str("</g>\n");
    out
}

/// A line from the row of a key to the row that it leads to.
fn connection(line: &Line, places: &[Place]) -> String {
    let (from, to) = (&places[line.from], &places[line.to]);
    let middle = |place: &Place, row: usize| place.y + HEAD + ROW * row + ROW / 2;
    let (y1, y2) = (middle(from, line.from_row), middle(to, line.to_row));
    // Each end is at the side that looks at the other; both look right where one is above the other.
    let from_left = to.x + to.width < from.x;
    let to_left = from.x + from.width < to.x;
    let start = End { x: if from_left { from.x } else { from.x + from.width }, y: y1, left: from_left };
    let end = End { x: if to_left { to.x } else { to.x + to.width }, y: y2, left: to_left };
    let (a, b) = (start.away(STRAIGHT), end.away(STRAIGHT));
    let bend = if from_left == to_left { 3 * STRAIGHT as i64 } else { (a - b).abs() / 2 };
    let (c, d) = (start.direction() * bend + a, end.direction() * bend + b);
    let class = if line.enforced { "line" } else { "line loose" };
    let mut out =
        format!("<path class=\"{class}\" d=\"M{} {y1}H{a}C{c} {y1} {d} {y2} {b} {y2}H{}\"/>", start.x, end.x);
    out.push_str(&if line.single { bar(&start, 8) } else { foot(&start) });
    out.push_str(&ring(&start, if line.single { 14 } else { 16 }));
    out.push_str(&bar(&end, 8));
    out.push_str(&if line.optional { ring(&end, 14) } else { bar(&end, 12) });
    out.push('\n');
    out
}

/// An end of a line at the side of a box.
struct End {
    x: usize,
    y: usize,
    /// Whether it is the left side.
    left: bool,
}

impl End {
    fn direction(&self) -> i64 {
        if self.left { -1 } else { 1 }
    }

    /// So far from the box.
    fn away(&self, distance: usize) -> i64 {
        self.x as i64 + self.direction() * distance as i64
    }
}

/// Many rows.
fn foot(end: &End) -> String {
    let (tip, x, y) = (end.away(11), end.x, end.y);
    format!("<path class=\"line\" d=\"M{x} {}L{tip} {y}L{x} {}\"/>", y - 6, y + 6)
}

/// One row.
fn bar(end: &End, distance: usize) -> String {
    let x = end.away(distance);
    format!("<path class=\"line\" d=\"M{x} {}V{}\"/>", end.y - 5, end.y + 5)
}

/// Or none.
fn ring(end: &End, distance: usize) -> String {
    format!("<circle class=\"ring\" cx=\"{}\" cy=\"{}\" r=\"4\"/>", end.away(distance), end.y)
}
