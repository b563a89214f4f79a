using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>taskprov_verify_key_inits</c>.</summary>
internal sealed class TaskprovVerifyKeyInitEntityConfiguration : IEntityTypeConfiguration<TaskprovVerifyKeyInitEntity>
{
    public void Configure(EntityTypeBuilder<TaskprovVerifyKeyInitEntity> builder)
    {
        builder.ToTable("taskprov_verify_key_inits");
        builder.HasKey(init => init.InitId);
        builder.HasIndex(init => new { init.PeerKey, init.VerificationKeyId }).IsUnique();
    }
}
