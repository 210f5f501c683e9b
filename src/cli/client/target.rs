//! Whom to ask, and with which token.
//!
//! Owns the order: a flag, then the environment, then a profile, then this machine. A `--profile` that is given is a flag
//! too, so it wins over the environment.
//!
//! It must never send a profile's token to another address than the profile's: `--url` beside a profile needs a token
//! of its own. Easy to get wrong: addresses are compared as they are used, so that a slash at the end is no difference.

use anyhow::{Context as _, bail, ensure};
use secrecy::SecretString;
use url::Url;

use super::{
    ClientArgs,
    profiles::{Profile, ProfileFile},
};
use crate::config::client::{ClientEnvironment, TOKEN_VARIABLE, URL_VARIABLE};

/// Where `offstage serve` listens unless it is told otherwise.
const THIS_MACHINE: &str = "http://127.0.0.1:8080/";

/// An API, and what opens it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Its address; ends in a slash.
    pub(crate) url: Url,
    /// The service token.
    pub(crate) token: SecretString,
}

/// Reads the address of an API.
pub(crate) fn base_url(text: &str) -> Result<Url, String> {
    let wanted = || "wanted is an address such as https://offstage.example.com".to_owned();
    let mut url = Url::parse(text).map_err(|_| wanted())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wanted());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a name or password does not belong into the address; a token opens the API".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the address ends with its path; leave out what begins with ? or #".to_owned());
    }
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

/// The address to log in at: a flag, then the environment, then this machine.
pub(crate) fn login_url(args: &ClientArgs, environment: &ClientEnvironment) -> anyhow::Result<Url> {
    let from_environment = || environment.url.as_deref().map(environment_url);
    args.url.clone().map(Ok).or_else(from_environment).unwrap_or_else(|| Ok(this_machine()))
}

/// Finds the API and its token. `profiles` is read only if flags and environment leave something open.
pub(crate) fn resolve(
    args: &ClientArgs,
    environment: ClientEnvironment,
    profiles: &dyn Fn() -> anyhow::Result<ProfileFile>,
) -> anyhow::Result<Target> {
    let environment = if args.profile.is_some() { ClientEnvironment::default() } else { environment };
    let url = match (&args.url, &environment.url) {
        (Some(url), _) => Some(url.clone()),
        (None, Some(text)) => Some(environment_url(text)?),
        (None, None) => None,
    };
    let token = args.token.clone().or(environment.token);
    if let (Some(url), Some(token)) = (&url, &token) {
        return Ok(Target { url: url.clone(), token: token.clone() });
    }
    let chosen = profiles()?.choose(args.profile.as_deref())?;
    let url =
        url.or_else(|| chosen.as_ref().map(|(_, profile)| profile.url.clone())).unwrap_or_else(this_machine);
    let token = match token {
        Some(token) => token,
        None => token_for(&url, chosen)?,
    };
    Ok(Target { url, token })
}

/// The profile's token, if it is for that address.
fn token_for(url: &Url, chosen: Option<(String, Profile)>) -> anyhow::Result<SecretString> {
    let Some((name, profile)) = chosen else {
        bail!("no token for {url}: run `offstage login --url {url}`, or set {TOKEN_VARIABLE}");
    };
    ensure!(
        profile.url == *url,
        "the token of the profile {name:?} is for {}, and is not sent to {url}: give another token with \
         {TOKEN_VARIABLE}, or log in there with `offstage login --url {url} --name NAME`",
        profile.url
    );
    Ok(profile.token)
}

fn environment_url(text: &str) -> anyhow::Result<Url> {
    base_url(text).map_err(anyhow::Error::msg).with_context(|| format!("{URL_VARIABLE} cannot be used"))
}

fn this_machine() -> Url {
    base_url(THIS_MACHINE).unwrap_or_else(|error| unreachable!("the address is a good one: {error}"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn environment(url: &str, token: &str) -> ClientEnvironment {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ClientEnvironment { url: given(url), token: given(token).map(Into::into) }
    }

    fn flags(url: &str, token: &str, profile: &str) -> ClientArgs {
        ClientArgs {
            url: (!url.is_empty()).then(|| base_url(url).unwrap()),
            token: (!token.is_empty()).then(|| token.into()),
            profile: (!profile.is_empty()).then(|| profile.to_owned()),
            ..ClientArgs::default()
        }
    }

    fn file() -> ProfileFile {
        let mut file = ProfileFile::default();
        for (name, url) in [("prod", "https://prod.example"), ("test", "http://test.example/offstage/")] {
            file.keep(name, Profile { url: base_url(url).unwrap(), token: format!("{name}-token").into() });
        }
        file
    }

    fn found(args: &ClientArgs, environment: ClientEnvironment) -> Result<(String, String), String> {
        resolve(args, environment, &|| Ok(file()))
            .map(|target| (target.url.to_string(), target.token.expose_secret().to_owned()))
            .map_err(|error| format!("{error:#}"))
    }

    fn pair(url: &str, token: &str) -> (String, String) {
        (url.to_owned(), token.to_owned())
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_a_profile() {
        let nothing = || environment("", "");
        assert_eq!(found(&flags("", "", ""), nothing()), Ok(pair("https://prod.example/", "prod-token")));
        let set = || environment("http://env.example", "env-token");
        assert_eq!(found(&flags("", "", ""), set()), Ok(pair("http://env.example/", "env-token")));
        assert_eq!(
            found(&flags("http://flag.example", "", ""), set()),
            Ok(pair("http://flag.example/", "env-token"))
        );
        let all = flags("http://flag.example", "flag-token", "test");
        assert_eq!(found(&all, set()), Ok(pair("http://flag.example/", "flag-token")));
        assert_eq!(
            found(&flags("", "", "test"), set()),
            Ok(pair("http://test.example/offstage/", "test-token"))
        );
        assert_eq!(
            found(&flags("", "mine", "test"), nothing()),
            Ok(pair("http://test.example/offstage/", "mine"))
        );
    }

    #[test]
    fn a_profiles_token_goes_to_the_profiles_address_alone() {
        for (args, environment) in [
            (flags("https://evil.example", "", ""), environment("", "")),
            (flags("https://evil.example", "", "prod"), environment("", "")),
            (flags("", "", ""), environment("https://evil.example", "")),
            (flags("http://prod.example", "", ""), environment("", "")),
        ] {
            let error = found(&args, environment).unwrap_err();
            assert!(error.contains("is not sent to") && !error.contains("prod-token"), "{error}");
        }
        let same = flags("https://prod.example/", "", "");
        assert_eq!(found(&same, environment("", "")), Ok(pair("https://prod.example/", "prod-token")));
    }

    #[test]
    fn without_a_token_the_remedy_is_named_and_an_unknown_profile_is_refused() {
        let none = resolve(&flags("", "", ""), environment("", ""), &|| Ok(ProfileFile::default()));
        let error = none.unwrap_err().to_string();
        assert!(error.contains("offstage login") && error.contains("127.0.0.1:8080"), "{error}");
        let error = found(&flags("", "", "prd"), environment("", "")).unwrap_err();
        assert!(error.contains("prd") && error.contains("prod, test"), "{error}");
    }

    #[test]
    fn the_file_of_profiles_is_left_alone_where_it_is_not_needed() {
        let broken = || anyhow::bail!("the file is broken");
        let set = || environment("http://env.example", "env-token");
        assert!(resolve(&flags("", "", ""), set(), &broken).is_ok());
        assert!(resolve(&flags("", "", "test"), set(), &broken).is_err());
        assert!(resolve(&flags("", "", ""), environment("", "t"), &broken).is_err());
    }

    #[test]
    fn an_address_is_http_and_nothing_but_an_address() {
        assert_eq!(base_url("https://a.example/x").unwrap().as_str(), "https://a.example/x/");
        for bad in
            ["a.example", "ftp://a.example", "http://", "https://u:p@a.example", "https://a.example/?x"]
        {
            assert!(base_url(bad).is_err(), "{bad}");
        }
        let error = resolve(&flags("", "", ""), environment("nonsense", "t"), &|| Ok(file())).unwrap_err();
        assert!(format!("{error:#}").contains("OFFSTAGE_URL"), "{error:#}");
    }
}
