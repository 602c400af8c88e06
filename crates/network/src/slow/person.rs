//! Who is one person: accounts that share an identity number or a confirmed label, directly or through others.

use super::clean::Members;
use std::collections::HashMap;

/// What makes two accounts one person.
#[derive(PartialEq, Eq, Hash)]
enum Bond<'a> {
    Identity(&'a str),
    Label(&'a str),
}

/// For each account the smallest account of its person.
///
/// Accounts and bonds are a graph; a person is what hangs together in it, found by spreading from each account.
pub(super) fn join(members: &Members<'_>, confirmed: &[(String, String)]) -> Vec<usize> {
    let mut bonds_of: Vec<Vec<Bond<'_>>> = Vec::new();
    for identity in &members.identity {
        bonds_of.push(identity.iter().map(|number| Bond::Identity(number)).collect());
    }
    for (account, label) in confirmed {
        if let Some(&account) = members.number.get(account.as_str()) {
            bonds_of[account].push(Bond::Label(label));
        }
    }
    let mut accounts_of: HashMap<&Bond<'_>, Vec<usize>> = HashMap::new();
    for (account, bonds) in bonds_of.iter().enumerate() {
        for bond in bonds {
            accounts_of.entry(bond).or_default().push(account);
        }
    }
    let mut first = vec![None; bonds_of.len()];
    for start in 0..bonds_of.len() {
        let mut reached = vec![start];
        while let Some(account) = reached.pop() {
            if first[account].is_some() {
                continue;
            }
            first[account] = Some(start);
            for bond in &bonds_of[account] {
                // Each bond is followed once: what it holds together is reached then.
                reached.extend(accounts_of.remove(bond).unwrap_or_default());
            }
        }
    }
    first.into_iter().map(|account| account.expect("each account was a start")).collect()
}
