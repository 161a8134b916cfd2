use std::error::Error;
use std::fmt;
use std::str::FromStr;

use bytes::{Buf, BufMut, BytesMut};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// A span of time as PostgreSQL has it: months, days and microseconds that are not converted into each other.
///
/// Its text form is an ISO 8601 duration, such as `P1Y2M3DT4H5M6.5S`; each part may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Interval {
    /// Whole months; twelve are a year.
    pub months: i32,
    /// Whole days, each as long as the calendar has it.
    pub days: i32,
    /// Microseconds of the clock.
    pub microseconds: i64,
}

/// A text that is no ISO 8601 duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseIntervalError {
    text: String,
    reason: &'static str,
}

impl fmt::Display for ParseIntervalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an ISO 8601 duration such as P1DT2H: {}", self.text, self.reason)
    }
}

impl Error for ParseIntervalError {}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        part(f, i64::from(self.months / 12), 'Y')?;
        part(f, i64::from(self.months % 12), 'M')?;
        part(f, i64::from(self.days), 'D')?;
        if self.microseconds == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        let seconds = self.microseconds / MICROS_PER_SECOND;
        part(f, seconds / 3600, 'H')?;
        part(f, seconds / 60 % 60, 'M')?;
        let (whole, fraction) = (seconds % 60, self.microseconds % MICROS_PER_SECOND);
        if whole != 0 || fraction != 0 {
            let sign = if self.microseconds < 0 { "-" } else { "" };
            write!(f, "{sign}{}", whole.unsigned_abs())?;
            if fraction != 0 {
                let digits = format!("{:06}", fraction.unsigned_abs());
                write!(f, ".{}", digits.trim_end_matches('0'))?;
            }
            f.write_str("S")?;
        }
        Ok(())
    }
}

fn part(f: &mut fmt::Formatter<'_>, amount: i64, unit: char) -> fmt::Result {
    if amount == 0 { Ok(()) } else { write!(f, "{amount}{unit}") }
}

impl FromStr for Interval {
    type Err = ParseIntervalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|reason| ParseIntervalError { text: text.to_owned(), reason })
    }
}

const RANGE: &str = "a part is out of range";

fn parse(text: &str) -> Result<Interval, &'static str> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let rest = rest.strip_prefix('P').ok_or("it does not start with P")?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return Err("nothing follows the T"),
        Some((date, time)) => (date, Some(time)),
        None => (rest, None),
    };
    if date.is_empty() && time.is_none() {
        return Err("it has no parts");
    }
    let (mut months, mut days, mut micros) = (0_i64, 0_i64, 0_i64);
    for (number, unit) in parts(date, "YMWD")? {
        let (whole, fraction) = number;
        if fraction != 0 {
            return Err("only seconds may have a fraction");
        }
        let (target, factor) = match unit {
            'Y' => (&mut months, 12),
            'M' => (&mut months, 1),
            'W' => (&mut days, 7),
            _ => (&mut days, 1),
        };
        *target = whole.checked_mul(factor).and_then(|n| target.checked_add(n)).ok_or(RANGE)?;
    }
    for (number, unit) in parts(time.unwrap_or_default(), "HMS")? {
        let (whole, fraction) = number;
        if fraction != 0 && unit != 'S' {
            return Err("only seconds may have a fraction");
        }
        let factor = match unit {
            'H' => 3600 * MICROS_PER_SECOND,
            'M' => 60 * MICROS_PER_SECOND,
            _ => MICROS_PER_SECOND,
        };
        let amount = whole.checked_mul(factor).and_then(|n| n.checked_add(fraction)).ok_or(RANGE)?;
        micros = micros.checked_add(amount).ok_or(RANGE)?;
    }
    let sign = if negative { -1 } else { 1 };
    Ok(Interval {
        months: months.checked_mul(sign).and_then(|n| i32::try_from(n).ok()).ok_or(RANGE)?,
        days: days.checked_mul(sign).and_then(|n| i32::try_from(n).ok()).ok_or(RANGE)?,
        microseconds: micros.checked_mul(sign).ok_or(RANGE)?,
    })
}

type Number = (i64, i64);

/// Splits `1Y-2M` into numbers (whole, millionths) and their units, which must come in the order of `units`.
fn parts(mut text: &str, mut units: &str) -> Result<Vec<(Number, char)>, &'static str> {
    let mut found = Vec::new();
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic()).ok_or("a number has no unit")?;
        let unit = text.as_bytes()[end] as char;
        let place = units.find(unit).ok_or("a unit is unknown or out of order")?;
        units = &units[place + 1..];
        found.push((number(&text[..end])?, unit));
        text = &text[end + 1..];
    }
    Ok(found)
}

fn number(text: &str) -> Result<Number, &'static str> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits_only(whole) || !digits_only(fraction) {
        return Err("a unit has no number");
    }
    if fraction.len() > 6 && fraction[6..].bytes().any(|byte| byte != b'0') {
        return Err("it is finer than a microsecond");
    }
    let fraction = format!("{:0<6.6}", fraction);
    let whole: i64 = whole.parse().map_err(|_| RANGE)?;
    let fraction: i64 = fraction.parse().map_err(|_| RANGE)?;
    Ok((sign * whole, sign * fraction))
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl ToSql for Interval {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_i64(self.microseconds);
        out.put_i32(self.days);
        out.put_i32(self.months);
        Ok(IsNull::No)
    }

    accepts!(INTERVAL);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Interval {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        if raw.len() != 16 {
            return Err("an interval has 16 bytes".into());
        }
        let interval = Self { microseconds: raw.get_i64(), days: raw.get_i32(), months: raw.get_i32() };
        if (interval.months == i32::MAX && interval.days == i32::MAX)
            || (interval.months == i32::MIN && interval.days == i32::MIN)
        {
            return Err("the interval is infinite".into());
        }
        Ok(interval)
    }

    accepts!(INTERVAL);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(months: i32, days: i32, microseconds: i64) -> Interval {
        Interval { months, days, microseconds }
    }

    #[test]
    fn writes_and_reads_the_same_text() {
        let cases = [
            (interval(0, 0, 0), "PT0S"),
            (interval(14, 3, 14_706_500_000), "P1Y2M3DT4H5M6.5S"),
            (interval(-1, 0, 0), "P-1M"),
            (interval(0, 1, -1), "P1DT-0.000001S"),
            (interval(0, 0, -3_661_000_000), "PT-1H-1M-1S"),
            (interval(0, 0, i64::MAX), "PT2562047788H54.775807S"),
            (interval(0, 0, i64::MIN), "PT-2562047788H-54.775808S"),
            (interval(i32::MIN, i32::MIN, 0), "P-178956970Y-8M-2147483648D"),
        ];
        for (value, text) in cases {
            assert_eq!(value.to_string(), text);
            assert_eq!(text.parse::<Interval>().unwrap(), value, "{text}");
        }
        assert_eq!("P2W".parse::<Interval>().unwrap(), interval(0, 14, 0));
        assert_eq!("-P1DT1S".parse::<Interval>().unwrap(), interval(0, -1, -1_000_000));
        assert_eq!("PT1,50S".parse::<Interval>().unwrap(), interval(0, 0, 1_500_000));
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1D",
            "P1S",
            "PT1D",
            "P1M1Y",
            "P1.5D",
            "PTS",
            "P--1D",
            "PT0.0000001S",
            "P1é",
        ] {
            assert!(text.parse::<Interval>().is_err(), "{text}");
        }
        assert!("P99999999999Y".parse::<Interval>().is_err());
        assert!("PT99999999999999999999S".parse::<Interval>().is_err());
    }
}
