//! Names of files in `config.json`. They need not be Unicode; where they are, they are written as text.

use std::ffi::{OsStr, OsString};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Other(OsString),
}

fn form(name: &OsStr) -> Form {
    name.to_str().map_or_else(|| Form::Other(name.into()), |text| Form::Text(text.into()))
}

fn name(form: Form) -> OsString {
    match form {
        Form::Text(text) => text.into(),
        Form::Other(name) => name,
    }
}

pub fn serialize<N: AsRef<OsStr>, S: Serializer>(value: &Option<N>, to: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(|name| form(name.as_ref())).serialize(to)
}

pub fn deserialize<'de, N: From<OsString>, D: Deserializer<'de>>(from: D) -> Result<Option<N>, D::Error> {
    Ok(Option::deserialize(from)?.map(|form| name(form).into()))
}

/// Serialises a flag whose value may be left out: a missing value is written as an empty text.
pub mod optional {
    use super::*;

    pub fn serialize<N: AsRef<OsStr>, S: Serializer>(value: &Option<Option<N>>, to: S) -> Result<S::Ok, S::Error> {
        let name = |name: &Option<N>| name.as_ref().map_or_else(|| form("".as_ref()), |name| form(name.as_ref()));
        value.as_ref().map(name).serialize(to)
    }

    pub fn deserialize<'de, N: From<OsString>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<N>>, D::Error> {
        let given: Option<OsString> = super::deserialize(from)?;
        Ok(given.map(|name| (!name.is_empty()).then(|| name.into())))
    }
}

/// Serialises a name that is always there.
pub mod given {
    use super::*;

    pub fn serialize<S: Serializer>(value: &OsStr, to: S) -> Result<S::Ok, S::Error> {
        form(value).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<OsString, D::Error> {
        Ok(name(Form::deserialize(from)?))
    }
}

/// Serialises a list of texts: nothing for none, and one as it is.
pub mod none_one_or_more {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Texts {
        None(()),
        One(String),
        More(Vec<String>),
    }

    pub fn serialize<S: Serializer>(value: &[String], to: S) -> Result<S::Ok, S::Error> {
        let texts = match value {
            [] => Texts::None(()),
            [one] => Texts::One(one.clone()),
            more => Texts::More(more.to_vec()),
        };
        texts.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
        Ok(match Texts::deserialize(from)? {
            Texts::None(()) => Vec::new(),
            Texts::One(one) => vec![one],
            Texts::More(more) => more,
        })
    }
}
