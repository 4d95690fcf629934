//! The rules of the chain, as the live log uses them.

use proptest::prelude::*;
use trail::{Fault, Hash, Link, Verifier, Wrong, link};

use crate::world::{LAST, chain, entry, log};

fn faults(links: &[Link]) -> Vec<Fault> {
    let mut verifier = Verifier::starting_after(0, Hash::GENESIS);
    links.iter().filter_map(|link| verifier.push(link).err()).collect()
}

fn fault(seq: u64, wrong: Wrong) -> Fault {
    Fault { seq: Some(seq), wrong }
}

#[test]
fn a_whole_chain_has_no_fault_from_any_start() {
    let links = log();
    assert_eq!(faults(&links), []);
    for from in 1..links.len() {
        let before = &links[from - 1];
        let mut verifier = Verifier::starting_after(before.entry.seq, before.hash);
        assert!(links[from..].iter().all(|link| verifier.push(link).is_ok()));
        assert_eq!(verifier.next_seq(), Some(LAST + 1));
        assert_eq!(verifier.head(), Some(links[links.len() - 1].hash));
    }
}

#[test]
fn a_gap_is_one_fault() {
    let mut links = log();
    links.drain(4..6);
    assert_eq!(faults(&links), [fault(5, Wrong::Missing { found: 7 })]);
    assert_eq!(faults(&links)[0].to_string(), "Entry 5 is missing: entry 7 stands in its place.");
}

#[test]
fn a_repeated_entry_is_out_of_order() {
    let mut links = log();
    links.insert(3, links[2].clone());
    assert_eq!(faults(&links), [fault(4, Wrong::OutOfOrder { found: 3 })]);
}

#[test]
fn changed_content_names_its_entry() {
    let mut links = log();
    links[6].entry.actor = "user:99".to_owned();
    assert_eq!(faults(&links), [fault(7, Wrong::Content)]);
}

#[test]
fn a_changed_previous_hash_names_its_entry() {
    let mut links = log();
    links[6].prev.0[0] ^= 1;
    assert_eq!(faults(&links), [fault(7, Wrong::Previous)]);
}

#[test]
fn an_entry_with_a_new_hash_is_named_although_it_fits_itself() {
    let mut links = log();
    let mut forged = entry(7);
    forged.object = "finding:other".to_owned();
    links[6] = link(links[6].prev, forged);
    assert_eq!(faults(&links), [fault(7, Wrong::Replaced)]);
}

#[test]
fn a_start_that_does_not_fit_is_named_by_the_first_entry() {
    let links = log();
    let mut verifier = Verifier::starting_after(3, Hash([1; 32]));
    assert_eq!(verifier.push(&links[3]), Err(fault(4, Wrong::Previous)));
    assert_eq!(verifier.push(&links[4]), Ok(()));
    let another = chain(Hash([1; 32]), [entry(1)]);
    assert_eq!(
        Verifier::starting_anywhere().push(&another[0]),
        Err(fault(1, Wrong::Previous)),
        "the first entry follows the zeros"
    );
}

#[test]
fn numbers_at_the_end_of_their_range_do_not_overflow() {
    let mut verifier = Verifier::starting_after(u64::MAX, Hash::GENESIS);
    let mut last = entry(1);
    last.seq = u64::MAX;
    assert!(verifier.push(&link(Hash::GENESIS, last.clone())).is_ok());
    assert!(verifier.push(&link(Hash::GENESIS, entry(1))).is_err());
    last.seq = 0;
    let zeroth = Verifier::starting_anywhere().push(&link(Hash::GENESIS, last));
    assert_eq!(zeroth, Err(fault(1, Wrong::OutOfOrder { found: 0 })));
}

proptest! {
    #[test]
    fn any_reordering_names_the_first_place_that_differs(order in Just((0..LAST as usize).collect::<Vec<_>>()).prop_shuffle()) {
        let links = log();
        let shuffled: Vec<Link> = order.iter().map(|at| links[*at].clone()).collect();
        let first = order.iter().zip(0..).find(|(found, at)| *found != at).map(|(_, at)| at as u64 + 1);
        let named = faults(&shuffled).into_iter().filter_map(|fault| fault.seq).min();
        prop_assert_eq!(named, first);
    }
}
