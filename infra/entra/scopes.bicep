// The delegated permissions. Both APIs have the same ones. Each id is derived from the name of the
// registration and the scope, so a new deployment does not change it.

type Scope = {
  value: string
  consent: string
}

var scopes Scope[] = [
  { value: 'Documents.Read', consent: 'Read the documents you may read' }
  { value: 'Documents.ReadWrite', consent: 'Create, change and delete your documents' }
  { value: 'Profile.Read', consent: 'Read your profile' }
  { value: 'Profile.ReadWrite', consent: 'Change your profile' }
]

@export()
func permissionScopes(registration string) array =>
  map(scopes, scope => {
    id: guid(registration, 'scope', scope.value)
    value: scope.value
    type: 'User'
    isEnabled: true
    adminConsentDisplayName: scope.consent
    adminConsentDescription: '${scope.consent}, on behalf of the signed-in user.'
    userConsentDisplayName: scope.consent
    userConsentDescription: '${scope.consent}, on your behalf.'
  })

@export()
func permissionIds(registration string) string[] =>
  map(scopes, scope => guid(registration, 'scope', scope.value))
