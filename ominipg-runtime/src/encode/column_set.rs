/// A set of column positions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct ColumnSet {
    /// The first 64 columns, which are all that most tables have.
    low: u64,
    /// The others, 64 a word; without trailing zeros, so that equal sets are equal.
    high: Vec<u64>,
}

impl ColumnSet {
    pub(crate) fn insert(&mut self, column: usize) {
        let bit = 1 << (column % 64);
        match (column / 64).checked_sub(1) {
            None => self.low |= bit,
            Some(word) => {
                if self.high.len() <= word {
                    self.high.resize(word + 1, 0);
                }
                self.high[word] |= bit;
            }
        }
    }

    pub(crate) fn contains(&self, column: usize) -> bool {
        let word = match (column / 64).checked_sub(1) {
            None => self.low,
            Some(word) => self.high.get(word).copied().unwrap_or(0),
        };
        word >> (column % 64) & 1 == 1
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.low == 0 && self.high.is_empty()
    }

    /// The positions, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..64 * (1 + self.high.len())).filter(|&column| self.contains(column))
    }
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(columns: I) -> Self {
        let mut set = Self::default();
        columns.into_iter().for_each(|column| set.insert(column));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_positions_of_any_size() {
        let set: ColumnSet = [0, 63, 64, 200].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 200]);
        assert!(set.contains(200) && !set.contains(199) && !set.contains(5000));
        assert!(!set.is_empty() && ColumnSet::default().is_empty());
        assert_ne!(set, [0, 63].into_iter().collect());
    }
}
