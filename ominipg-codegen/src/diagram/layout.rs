//! Where boxes stand: what is led to on the left, what leads there to the right of it, in columns.

/// The room between boxes of a column, between columns, and around all.
const BETWEEN: usize = 28;
const BESIDE: usize = 110;
const AROUND: usize = 24;
/// How often columns are put in the order of what they lead to.
const ROUNDS: usize = 6;
/// A column that is higher is broken.
const HEIGHT: usize = 2200;

/// A box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Where everything stands, and how large the whole is.
pub(super) struct Layout {
    pub(super) places: Vec<Place>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Places boxes of these sizes; a line leads from the first to the second of a pair.
pub(super) fn layout(sizes: &[(usize, usize)], lines: &[(usize, usize)]) -> Layout {
    let mut layers = layers(sizes.len(), lines);
    order(&mut layers, lines);
    let columns: Vec<Vec<usize>> = layers.iter().flat_map(|layer| broken(layer, sizes)).collect();
    let tall = |column: &Vec<usize>| {
        column.iter().map(|index| sizes[*index].1).sum::<usize>() + BETWEEN * column.len().saturating_sub(1)
    };
    let height = columns.iter().map(tall).max().unwrap_or_default();
    let mut places = vec![Place { x: 0, y: 0, width: 0, height: 0 }; sizes.len()];
    let mut x = AROUND;
    for column in &columns {
        let wide = column.iter().map(|index| sizes[*index].0).max().unwrap_or_default();
        let mut y = AROUND + (height - tall(column)) / 2;
        for &index in column {
            let (width, height) = sizes[index];
            places[index] = Place { x, y, width, height };
            y += height + BETWEEN;
        }
        x += wide + BESIDE;
    }
    let width = if columns.is_empty() { 2 * AROUND } else { x - BESIDE + AROUND };
    Layout { places, width, height: height + 2 * AROUND }
}

/// What leads nowhere is first, else behind all that it leads to; in a circle, the last line is not looked at. What is tied to
/// nothing is last.
fn layers(count: usize, lines: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut depths: Vec<Option<usize>> = vec![None; count];
    for index in 0..count {
        depth(index, lines, &mut depths, &mut vec![false; count]);
    }
    let deepest = depths.iter().flatten().max().map_or(0, |deepest| deepest + 1);
    let mut layers = vec![Vec::new(); deepest + 1];
    for (index, depth) in depths.iter().enumerate() {
        let is_tied = lines.iter().any(|&(from, to)| from != to && (from == index || to == index));
        layers[if is_tied { depth.unwrap_or_default() } else { deepest }].push(index);
    }
    layers.retain(|layer| !layer.is_empty());
    layers
}

fn depth(
    index: usize,
    lines: &[(usize, usize)],
    depths: &mut [Option<usize>],
    on_the_way: &mut [bool],
) -> usize {
    if let Some(known) = depths[index] {
        return known;
    }
    on_the_way[index] = true;
    let mut deepest = 0;
    for &(from, to) in lines {
        if from == index && to != index && !on_the_way[to] {
            deepest = deepest.max(depth(to, lines, depths, on_the_way) + 1);
        }
    }
    on_the_way[index] = false;
    depths[index] = Some(deepest);
    deepest
}

/// Boxes come near the middle of those that they are tied to, which makes fewer lines cross.
fn order(layers: &mut [Vec<usize>], lines: &[(usize, usize)]) {
    for round in 0..ROUNDS {
        let count = layers.len();
        for step in 0..count {
            let at = if round % 2 == 0 { step } else { count - 1 - step };
            // Positions are compared as fractions of a layer, for layers differ in length.
            let position = |index: usize| {
                layers.iter().find_map(|layer| {
                    let place = layer.iter().position(|other| *other == index)?;
                    Some((2 * place + 1) * 10_000 / (2 * layer.len()))
                })
            };
            let middle = |index: usize| {
                let tied = lines.iter().filter_map(|&(from, to)| match (from == index, to == index) {
                    (true, false) => position(to),
                    (false, true) => position(from),
                    _ => None,
                });
                let tied: Vec<usize> = tied.collect();
                tied.iter().sum::<usize>().checked_div(tied.len()).or_else(|| position(index))
            };
            let mut keyed: Vec<(Option<usize>, usize, usize)> =
                layers[at].iter().enumerate().map(|(place, &index)| (middle(index), place, index)).collect();
            keyed.sort_unstable();
            layers[at] = keyed.into_iter().map(|(.., index)| index).collect();
        }
    }
}

/// A layer as one column, or as several where it is too high.
fn broken(layer: &[usize], sizes: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut height = HEIGHT;
    for &index in layer {
        let more = sizes[index].1 + BETWEEN;
        if height + more > HEIGHT || columns.is_empty() {
            columns.push(Vec::new());
            height = 0;
        }
        height += more;
        if let Some(column) = columns.last_mut() {
            column.push(index);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(seed: &mut u64, limit: usize) -> usize {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*seed >> 33) as usize) % limit
    }

    #[test]
    fn no_box_is_on_another_or_outside() {
        for seed in 0..300 {
            let mut seed = seed;
            let count = number(&mut seed, 60);
            let sizes: Vec<_> =
                (0..count).map(|_| (80 + number(&mut seed, 300), 40 + number(&mut seed, 600))).collect();
            let ties = if count == 0 { 0 } else { number(&mut seed, 2 * count) };
            let lines: Vec<_> =
                (0..ties).map(|_| (number(&mut seed, count), number(&mut seed, count))).collect();
            let found = layout(&sizes, &lines);
            for (index, a) in found.places.iter().enumerate() {
                assert_eq!((a.width, a.height), sizes[index]);
                assert!(a.x + a.width <= found.width && a.y + a.height <= found.height);
                for b in &found.places[..index] {
                    let apart = a.x + a.width <= b.x
                        || b.x + b.width <= a.x
                        || a.y + a.height <= b.y
                        || b.y + b.height <= a.y;
                    assert!(apart, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_led_to_stands_to_the_left() {
        let sizes = [(100, 50); 4];
        let found = layout(&sizes, &[(0, 1), (1, 2), (0, 2), (3, 3)]);
        let x: Vec<usize> = found.places.iter().map(|place| place.x).collect();
        assert!(x[2] < x[1] && x[1] < x[0] && x[0] < x[3], "{x:?}");
    }

    #[test]
    fn a_circle_is_laid_out_too() {
        let found = layout(&[(100, 50); 3], &[(0, 1), (1, 2), (2, 0)]);
        assert_eq!(found.places.len(), 3);
    }
}
