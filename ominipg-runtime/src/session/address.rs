use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts};

/// Where a server is: one host, or several that stand for each other.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// How each of them is reached, at least one, each with one host.
    pub(crate) hosts: Vec<Config>,
    /// What a host is to be, where that matters.
    pub(crate) role: Option<Role>,
    /// Whether a standby comes before all others.
    pub(crate) prefers_standby: bool,
    /// Whether a certificate may be for another name.
    pub(crate) any_name: bool,
    /// A file of certificates to trust instead of the system's.
    pub(crate) root_certificate: Option<PathBuf>,
    /// What proves to the server who connects.
    pub(crate) client_certificate: Option<ClientCertificate>,
}

/// The files of a certificate, with those of its authorities behind it, and of its key.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "only encrypted connections have certificates"))]
pub(crate) struct ClientCertificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// What a server is among those that hold the same data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that takes changes, and passes them on.
    Primary,
    /// One that follows the primary.
    Standby,
}

/// A host that stands at one place in the list, and how it is tried.
pub(super) struct Attempt {
    #[cfg_attr(
        not(any(feature = "tls", test)),
        expect(dead_code, reason = "only encryption is remembered for each host")
    )]
    pub(super) place: usize,
    pub(super) config: Config,
    /// What it is to be, where that matters.
    pub(super) role: Option<Role>,
}

impl Address {
    /// What all hosts have in common.
    pub(super) fn any(&self) -> &Config {
        self.hosts.first().expect("an address has at least one host")
    }

    /// The hosts in the order in which they are to be tried.
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        let mut places: Vec<usize> = (0..self.hosts.len()).collect();
        if self.any().get_load_balance_hosts() == LoadBalanceHosts::Random {
            shuffle(&mut places);
        }
        let with = |role: Option<Role>| {
            places.iter().map(move |&place| Attempt { place, config: self.hosts[place].clone(), role })
        };
        if self.prefers_standby {
            with(Some(Role::Standby)).chain(with(None)).collect()
        } else {
            with(self.role).collect()
        }
    }

    /// Hosts and ports, as `localhost:5432`.
    pub(super) fn places(&self) -> String {
        self.hosts.iter().map(place).collect::<Vec<_>>().join(", ")
    }
}

/// Host and port, as `localhost:5432`.
pub(super) fn place(config: &Config) -> String {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first() {
        Some(Host::Tcp(name)) => format!("{name}:{port}"),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => format!("{}/.s.PGSQL.{port}", folder.display()),
        None => {
            config.get_hostaddrs().first().map_or_else(String::new, |address| format!("{address}:{port}"))
        }
    }
}

/// Puts places in an order that differs from time to time.
fn shuffle(places: &mut [usize]) {
    // The keys of the standard library's maps are random, which is all that is asked for here.
    let random = RandomState::new();
    for last in (1..places.len()).rev() {
        let mut hasher = random.build_hasher();
        hasher.write_usize(last);
        let chosen = hasher.finish() % (last as u64 + 1);
        places.swap(last, usize::try_from(chosen).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(parameters: &str) -> Address {
        let host = |name: &str| format!("postgres://ada@{name}/?{parameters}").parse().unwrap();
        Address {
            hosts: ["a", "b", "c", "d"].map(host).into(),
            role: None,
            prefers_standby: false,
            any_name: false,
            root_certificate: None,
            client_certificate: None,
        }
    }

    fn order(address: &Address) -> Vec<usize> {
        address.attempts().iter().map(|attempt| attempt.place).collect()
    }

    #[test]
    fn hosts_are_tried_in_order_or_at_random() {
        assert_eq!(order(&address("")), [0, 1, 2, 3]);
        assert_eq!(address("").places(), "a:5432, b:5432, c:5432, d:5432");
        let random = address("load_balance_hosts=random");
        let orders: std::collections::HashSet<Vec<usize>> = (0..200).map(|_| order(&random)).collect();
        assert!(orders.len() > 12, "{orders:?}");
        for mut order in orders {
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3]);
        }
    }

    #[test]
    fn standbys_are_tried_first_where_they_are_preferred() {
        let address = Address { prefers_standby: true, ..address("") };
        assert_eq!(order(&address), [0, 1, 2, 3, 0, 1, 2, 3]);
        let roles: Vec<_> = address.attempts().into_iter().map(|attempt| attempt.role).collect();
        assert_eq!(roles, [[Some(Role::Standby); 4], [None; 4]].concat());
    }
}
