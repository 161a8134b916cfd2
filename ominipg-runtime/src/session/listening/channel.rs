use crate::error::{Error, ErrorKind};

/// The longest name that PostgreSQL keeps whole, in bytes.
const LONGEST: usize = 63;

/// Refuses a name that PostgreSQL would cut short or not take.
pub(crate) fn check(name: &str) -> Result<(), Error> {
    let wrong = match name.len() {
        0 => "is empty",
        len if len > LONGEST => "is longer than the 63 bytes that PostgreSQL takes",
        _ if name.contains('\0') => "has a NUL in it",
        _ => return Ok(()),
    };
    Err(Error::new(
        ErrorKind::Parameter,
        format!("the name of the channel `{}` {wrong}", name.escape_debug()),
    ))
}

/// What listens to channels.
pub(super) fn listen(names: &[String]) -> Result<String, Error> {
    let mut sql = String::new();
    for name in names {
        check(name)?;
        sql.push_str(&format!("LISTEN \"{}\";", name.replace('"', "\"\"")));
    }
    if sql.is_empty() {
        return Err(Error::new(ErrorKind::Parameter, "no channel was named to listen to"));
    }
    Ok(sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_names() {
        let names = ["jobs", "A \"b\"; DROP TABLE t", "é"].map(str::to_owned);
        let sql = listen(&names).unwrap();
        assert_eq!(sql, r#"LISTEN "jobs";LISTEN "A ""b""; DROP TABLE t";LISTEN "é";"#);
        let long = "é".repeat(32);
        for refused in ["", "a\0b", &long] {
            assert_eq!(listen(&[refused.to_owned()]).unwrap_err().kind(), ErrorKind::Parameter);
        }
        assert!(check(&long[..62]).is_ok() && listen(&[]).is_err());
    }
}
