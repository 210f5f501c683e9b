//! What a request says by name: the parameters of its body and of its query, decoded once.
//!
//! Owns the form of a form. Decoding is strict where `url`'s own is forgiving: a percent sign without its two digits, or
//! bytes that are no UTF-8, would be a name that nobody typed, and a directory is deleted by name.
//!
//! Easy to get wrong: a parameter that comes twice, in whatever case. The documents disagree about capitals, servers take
//! the first or the last; so what is said twice is refused, and only what cannot do harm (`f`, the token) may be
//! repeated unchanged.

use std::fmt;

use crate::api::{
    parameters,
    problem::{Problem, ProblemKind},
};

/// Most parameters of one request.
const MOST_PARAMETERS: usize = 100;

/// The parameters of a request. There are passwords among them, so its `Debug` shows none.
#[derive(Default)]
pub(in crate::api::notebooks) struct Given {
    body: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given(..)")
    }
}

impl Given {
    /// Reads a body and a query.
    pub(super) fn read(body: &[u8], query: Option<&str>) -> Result<Self, Problem> {
        let body = std::str::from_utf8(body).map_err(|_| malformed())?;
        let given = Self { body: pairs(body)?, query: pairs(query.unwrap_or_default())? };
        if given.all().count() > MOST_PARAMETERS {
            let said = format!("The request has more than the {MOST_PARAMETERS} parameters allowed.");
            return Err(Problem::new(ProblemKind::BadBody, said));
        }
        Ok(given)
    }

    /// The one value of a parameter that the documents spell in several ways.
    pub(super) fn any(&self, spellings: &[&'static str]) -> Result<Option<&str>, Problem> {
        let name = spellings.first().copied().unwrap_or_default();
        let is_meant = |given: &str| spellings.iter().any(|one| given.eq_ignore_ascii_case(one));
        once(name, self.all().filter(|(given, _)| is_meant(given)))
    }

    /// The one value of a parameter, under its exact name.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        let value = self.any(&[name])?;
        Ok(value.filter(|_| self.all().any(|(given, _)| given == name)))
    }

    /// The same for what belongs into the body: a query is written to logs.
    pub(super) fn one_in_body(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        let value = self.one(name)?;
        if self.query.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
            let said = format!("The parameter {name} belongs into the body, and nowhere else.");
            return Err(Problem::bad_parameter(name, said));
        }
        Ok(value)
    }

    /// Such a value where one must be.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, Problem> {
        self.one_in_body(name)?.filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
    }

    /// All values of a parameter that may be repeated; those of the body first.
    pub(super) fn every<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all().filter_map(move |(given, value)| (given == name).then_some(value))
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.body.iter().chain(&self.query).map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A parameter is needed that is not there.
pub(super) fn missing(name: &'static str) -> Problem {
    Problem::bad_parameter(name, format!("The parameter {name} is required."))
}

/// `true` or `false`, in any capitals; false where it is not said.
pub(super) fn truth(name: &'static str, value: Option<&str>) -> Result<bool, Problem> {
    let is = |word: &str| value.is_some_and(|value| value.eq_ignore_ascii_case(word));
    match (is("true"), value.is_none_or(str::is_empty) || is("false")) {
        (true, _) => Ok(true),
        (false, true) => Ok(false),
        (false, false) => {
            Err(Problem::bad_parameter(name, format!("The parameter {name} must be true or false.")))
        }
    }
}

fn once<'a>(
    name: &'static str,
    mut given: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Option<&'a str>, Problem> {
    let first = given.next();
    if given.next().is_some() {
        return Err(Problem::bad_parameter(name, format!("The parameter {name} is given more than once.")));
    }
    Ok(first.map(|(_, value)| value))
}

fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    if !escapes_are_whole(text) {
        return Err(malformed());
    }
    parameters::query(Some(text)).map_err(|_| malformed())
}

fn escapes_are_whole(text: &str) -> bool {
    let is_whole =
        |after: &str| after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    text.split('%').skip(1).all(is_whole)
}

fn malformed() -> Problem {
    let said = "The parameters must be URL-encoded text in UTF-8.";
    Problem::new(ProblemKind::BadBody, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(body: &str, query: &str) -> Given {
        Given::read(body.as_bytes(), Some(query)).unwrap()
    }

    #[test]
    fn a_form_is_decoded_once_and_strictly() {
        // Captured from the Python client.
        let name = given("userName=DOM%5Cu+ser%40r%2Bx", "");
        assert_eq!(name.required("userName").unwrap(), "DOM\\u ser@r+x");
        assert_eq!(given("userName=%2525", "").required("userName").unwrap(), "%25");
        assert_eq!(given("userName=%C3%A4", "").required("userName").unwrap(), "ä");
        for bad in ["userName=%", "userName=%4", "userName=%zz", "userName=%ff", "a=%e", "%=x"] {
            assert_eq!(Given::read(bad.as_bytes(), None).unwrap_err().kind, ProblemKind::BadBody, "{bad}");
            assert!(Given::read(b"", Some(bad)).is_err(), "{bad}");
        }
        assert!(Given::read(b"userName=\xff", None).is_err());
    }

    #[test]
    fn what_is_said_twice_is_refused_wherever_and_however_it_is_spelt() {
        let twice = ProblemKind::BadParameter { name: "userName" };
        for (body, query) in [
            ("userName=a&userName=b", ""),
            ("userName=a&userName=a", ""),
            ("userName=a&USERNAME=b", ""),
            ("userName=a", "userName=a"),
        ] {
            assert_eq!(given(body, query).required("userName").unwrap_err().kind, twice, "{body} {query}");
        }
    }

    #[test]
    fn what_belongs_into_the_body_is_not_taken_from_the_query() {
        for query in ["userName=a", "username=a"] {
            assert!(given("", query).required("userName").is_err(), "{query}");
        }
        for body in ["", "userName=", "username=a", "user=a"] {
            assert!(given(body, "").required("userName").is_err(), "{body}");
        }
        assert_eq!(given("", "num=5").one("num").unwrap(), Some("5"));
    }

    #[test]
    fn several_spellings_are_one_parameter() {
        let spellings = ["targetUserName", "transferUserName"];
        for body in ["targetUserName=a", "targetUsername=a", "TRANSFERUSERNAME=a"] {
            assert_eq!(given(body, "").any(&spellings).unwrap(), Some("a"), "{body}");
        }
        assert_eq!(given("", "").any(&spellings).unwrap(), None);
        assert!(given("targetUserName=a&transferUserName=a", "").any(&spellings).is_err());
    }

    #[test]
    fn there_is_a_bound_to_how_much_is_said() {
        let many = "a=b&".repeat(MOST_PARAMETERS + 1);
        assert_eq!(Given::read(many.as_bytes(), None).unwrap_err().kind, ProblemKind::BadBody);
        assert!(Given::read("a=b&".repeat(MOST_PARAMETERS).as_bytes(), None).is_ok());
    }

    #[test]
    fn truth_is_one_of_two_words() {
        for (value, truly) in [(None, false), (Some(""), false), (Some("False"), false), (Some("TRUE"), true)]
        {
            assert_eq!(truth("async", value).unwrap(), truly, "{value:?}");
        }
        for value in ["1", "yes", " true"] {
            assert!(truth("async", Some(value)).is_err(), "{value}");
        }
    }
}
