//! What may follow the `?` of a server's url.

/// A parameter of a url.
pub(super) struct ServerParameter<'a> {
    pub(super) name: &'static str,
    /// As the url has it, percent-encoded.
    pub(super) value: &'a str,
}

/// What is understood, with the values where there are only some.
const KNOWN: [(&str, &[&str]); 23] = [
    ("user", &[]),
    ("password", &[]),
    ("host", &[]),
    ("hostaddr", &[]),
    ("port", &[]),
    ("dbname", &[]),
    ("application_name", &[]),
    ("options", &[]),
    ("connect_timeout", &[]),
    ("tcp_user_timeout", &[]),
    ("keepalives", &[]),
    ("keepalives_idle", &[]),
    ("keepalives_interval", &[]),
    ("keepalives_count", &[]),
    ("keepalives_retries", &[]),
    ("sslrootcert", &[]),
    ("sslcert", &[]),
    ("sslkey", &[]),
    ("sslmode", &["disable", "prefer", "require", "verify-ca", "verify-full"]),
    ("sslnegotiation", &["postgres", "direct"]),
    ("channel_binding", &["disable", "prefer", "require"]),
    ("target_session_attrs", &["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]),
    ("load_balance_hosts", &["disable", "random"]),
];

/// Reads `name=value`, or says what is wrong with it.
pub(super) fn read(parameter: &str) -> Result<ServerParameter<'_>, String> {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let Some((name, values)) = KNOWN.into_iter().find(|(known, _)| *known == name) else {
        return Err(unknown(name));
    };
    if !values.is_empty() && !values.contains(&value) {
        return Err(format!("`{name}` is {}", or(values)));
    }
    Ok(ServerParameter { name, value })
}

fn unknown(name: &str) -> String {
    let nearest = KNOWN.iter().map(|(known, _)| (distance(name, known), *known)).min();
    match nearest {
        Some((distance, known)) if distance <= name.len().max(3) / 3 + 1 => {
            format!("there is no parameter `{name}`: do you mean `{known}`?")
        }
        _ => {
            let names: Vec<&str> = KNOWN.iter().map(|(known, _)| *known).collect();
            format!("there is no parameter `{name}`; there are {}", and(&names))
        }
    }
}

fn or(values: &[&str]) -> String {
    listed(values, " or ")
}

fn and(values: &[&str]) -> String {
    listed(values, " and ")
}

fn listed(values: &[&str], last: &str) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    match quoted.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, before)) => format!("{}{last}{end}", before.join(", ")),
        None => String::new(),
    }
}

/// How many letters are to be changed, added or taken away to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, &against) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != against);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_letters() {
        for (one, other, letters) in
            [("", "", 0), ("ssl", "", 3), ("sslmode", "ssl_mode", 1), ("prot", "port", 2)]
        {
            assert_eq!(distance(one, other), letters);
        }
    }

    #[test]
    fn names_what_is_nearest() {
        for (wrong, near) in [
            ("ssl_mode=require", "sslmode"),
            ("target_session_attr=any", "target_session_attrs"),
            ("keepalive=1", "keepalives"),
            ("sslrootcrt", "sslrootcert"),
        ] {
            let message = read(wrong).err().unwrap();
            assert!(message.contains(&format!("do you mean `{near}`?")), "{message}");
        }
        let message = read("nonsense=1").err().unwrap();
        assert!(
            message.contains("`nonsense`; there are `user`, ") && message.contains(" and `"),
            "{message}"
        );
        assert_eq!(
            read("load_balance_hosts=yes").err().unwrap(),
            "`load_balance_hosts` is `disable` or `random`"
        );
        assert_eq!(read("port=1").unwrap().value, "1");
    }
}
