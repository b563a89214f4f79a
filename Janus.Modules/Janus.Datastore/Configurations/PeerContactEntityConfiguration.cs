using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>peer_contacts</c>.</summary>
internal sealed class PeerContactEntityConfiguration : IEntityTypeConfiguration<PeerContactEntity>
{
    public void Configure(EntityTypeBuilder<PeerContactEntity> builder)
    {
        builder.ToTable("peer_contacts").HasStorageParameter("fillfactor", 50);
        builder.HasKey(contact => contact.TaskKey);
        builder.Property(contact => contact.TaskKey).ValueGeneratedNever();
    }
}
