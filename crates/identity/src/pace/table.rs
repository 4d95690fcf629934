//! A table that does not grow beyond its size and forgets the least useful first.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

/// Values with the instant until which each is worth keeping. When the table is full, the one that
/// is worth keeping for the shortest time makes room.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    most: usize,
    values: HashMap<K, (i64, V)>,
    order: BTreeSet<(i64, K)>,
}

impl<K: Copy + Ord + Hash, V: Copy> Table<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), values: HashMap::new(), order: BTreeSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn get(&self, key: K) -> Option<V> {
        self.values.get(&key).map(|(_, value)| *value)
    }

    /// The value that would make room for a new key; `None` while there is room.
    pub(super) fn weakest(&self) -> Option<V> {
        if self.values.len() < self.most {
            return None;
        }
        self.order.first().and_then(|(_, key)| self.get(*key))
    }

    /// Keeps `value` until `until`, in the place of another key if there is no room.
    pub(super) fn put(&mut self, key: K, value: V, until: i64) {
        match self.values.insert(key, (until, value)) {
            Some((before, _)) => {
                self.order.remove(&(before, key));
            }
            None if self.values.len() > self.most => {
                if let Some((_, weakest)) = self.order.pop_first() {
                    self.values.remove(&weakest);
                }
            }
            None => {}
        }
        self.order.insert((until, key));
    }

    pub(super) fn remove(&mut self, key: K) {
        if let Some((until, _)) = self.values.remove(&key) {
            self.order.remove(&(until, key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_useful_makes_room() {
        let mut table = Table::new(2);
        table.put('a', 1, 30);
        table.put('b', 2, 10);
        assert_eq!(table.weakest(), Some(2));
        table.put('b', 3, 40);
        assert_eq!(table.weakest(), Some(1));
        table.put('c', 4, 5);
        assert_eq!((table.get('a'), table.get('b'), table.get('c')), (None, Some(3), Some(4)));
        table.remove('b');
        assert_eq!((table.len(), table.weakest()), (1, None));
        assert_eq!(table.order.len(), 1);
    }
}
